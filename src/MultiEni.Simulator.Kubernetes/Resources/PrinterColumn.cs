namespace MultiEni.Simulator.Kubernetes.Resources;

/// <summary>One column of <c>kubectl get</c>.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>date</c>; a date is shown as an age.</param>
/// <param name="JsonPath">Where the value is, such as <c>.spec.nodeName</c>.</param>
/// <param name="Priority">Above zero the column shows with <c>-o wide</c> only.</param>
/// <param name="Format">The OpenAPI format; <c>name</c> marks the column that names the object.</param>
/// <param name="Description">What the column tells.</param>
internal sealed record PrinterColumn(string Name, string Type, string JsonPath, int Priority = 0, string Format = "", string Description = "");
