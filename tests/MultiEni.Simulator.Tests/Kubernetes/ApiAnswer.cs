using System.Net;
using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>An answer as a client sees it.</summary>
internal sealed record ApiAnswer(HttpStatusCode Code, JsonObject Body, IReadOnlyList<string> Warnings)
{
    public string Message => Body["message"]?.GetValue<string>() ?? "";

    public string Reason => Body["reason"]?.GetValue<string>() ?? "";

    public string Version => Body["metadata"]!["resourceVersion"]!.GetValue<string>();

    public ApiAnswer Expect(HttpStatusCode code)
    {
        Assert.True(Code == code, $"expected {code}, got {Code}: {Body.ToJsonString()}");
        return this;
    }
}
