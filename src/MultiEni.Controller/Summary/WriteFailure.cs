using MultiEni.Operator.Client;

namespace MultiEni.Controller.Summary;

/// <summary>A write that the API server refuses.</summary>
/// <param name="Resource">The lower-case plural, with the subresource where there is one: <c>nodeenis/status</c>.</param>
/// <param name="Key">The object.</param>
/// <param name="Message">The request and the server's words.</param>
internal sealed record WriteFailure(string Resource, ObjectKey Key, string Message);
