using System.Net;

namespace MultiEni.Operator.Diagnostics;

/// <summary>What a caller gets.</summary>
/// <param name="Status">Status code.</param>
/// <param name="Type">Media type.</param>
/// <param name="Body">Text.</param>
internal readonly record struct HttpAnswer(HttpStatusCode Status, string Type, string Body);
