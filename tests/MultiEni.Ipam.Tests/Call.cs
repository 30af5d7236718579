using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Ipam.Cni;

namespace MultiEni.Ipam.Tests;

/// <summary>A call of the plugin, in this process.</summary>
internal sealed class Call
{
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal)
    {
        [CniVariables.ContainerId] = "c1",
        [CniVariables.NetworkNamespace] = "/run/netns/pod",
        [CniVariables.Interface] = "net1",
        [CniVariables.Arguments] = "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0;K8S_POD_UID=u-1",
    };

    public Call(string command, string socket, string version = "1.0.0")
    {
        _environment[CniVariables.Command] = command;
        Configuration = new JsonObject
        {
            ["cniVersion"] = version,
            ["name"] = "blue",
            ["type"] = "ipvlan",
            ["master"] = "nodeeni-blue",
            ["ipam"] = new JsonObject { ["type"] = "eni-ipam", ["socket"] = socket },
        };
    }

    /// <summary>The network configuration.</summary>
    public JsonObject Configuration { get; }

    /// <summary>Its part for the plugin.</summary>
    public JsonObject Ipam => Configuration["ipam"]!.AsObject();

    /// <summary>Variables of the environment.</summary>
    public Call Set(string variable, string value)
    {
        _environment[variable] = value;
        return this;
    }

    /// <summary>A member of the configuration.</summary>
    public Call With(string member, string json)
    {
        Configuration[member] = JsonNode.Parse(json);
        return this;
    }

    /// <summary>A member of the configuration's <c>ipam</c>.</summary>
    public Call WithIpam(string member, string json)
    {
        Ipam[member] = JsonNode.Parse(json);
        return this;
    }

    /// <summary>Calls it.</summary>
    /// <param name="time">Its clock; the machine's by default.</param>
    /// <param name="input">Text in place of the configuration.</param>
    public PluginOutcome Run(TimeProvider? time = null, string? input = null)
    {
        using var text = new MemoryStream(Encoding.UTF8.GetBytes(input ?? Configuration.ToJsonString()));
        return new Plugin(name => _environment.GetValueOrDefault(name), time ?? TimeProvider.System).Run(text);
    }
}

/// <summary>What a call printed.</summary>
internal static class Printed
{
    public static string Text(this PluginOutcome outcome) => Encoding.UTF8.GetString(outcome.Output.Span);

    /// <summary>The error that it ended with.</summary>
    public static (int Code, string Text) Error(this PluginOutcome outcome)
    {
        Assert.Equal(1, outcome.ExitCode);
        var error = JsonNode.Parse(outcome.Text())!;
        return (error["code"]!.GetValue<int>(), $"{error["msg"]} {error["details"]}");
    }
}
