using System.Text.Json.Nodes;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;

namespace MultiEni.Controller.Multus;

/// <summary>
/// What the network of a NodeENI does: pods share a Plain ENI by ipvlan, and get the device of any
/// other by host-device, each with an address that EC2 delivers to that ENI.
/// </summary>
/// <param name="Name">The NodeENI.</param>
/// <param name="Use">One of <see cref="DeviceUses" />.</param>
/// <param name="Mtu">MTU in bytes; 0 for that of the link.</param>
/// <param name="Ipam">The CNI plugin that gives out addresses.</param>
internal sealed record NodeEniNetwork(string Name, string Use, int Mtu, string Ipam)
{
    /// <summary>As a NodeENI asks for it.</summary>
    public static NodeEniNetwork Of(NodeEni nodeEni, string ipam) =>
        new(nodeEni.Metadata.Name, DeviceSpec.From(nodeEni.Spec!).Use, nodeEni.Spec!.Mtu, ipam);

    /// <summary>That of an object that exists, of which only the NodeENI counts.</summary>
    public static NodeEniNetwork Held(string nodeEni) => new(nodeEni, "", 0, "");

    /// <summary>
    /// What Multus hands to the CNI plugin. The link has the same alternative name on all nodes
    /// (docs/multus.md).
    /// </summary>
    public string ConfigOf(string network)
    {
        var config = new JsonObject
        {
            ["cniVersion"] = "1.0.0",
            ["name"] = network,
            ["type"] = Use == DeviceUses.Plain ? "ipvlan" : "host-device",
        };
        if (Use == DeviceUses.Plain)
        {
            config["master"] = LinkAliases.First(Name);
            config["mode"] = "l2";
            if (Mtu > 0)
            {
                config["mtu"] = Mtu;
            }
        }

        config["capabilities"] = Use == DeviceUses.Plain ? new JsonObject { ["ips"] = true } : new JsonObject { ["deviceID"] = true, ["ips"] = true };
        config["ipam"] = new JsonObject { ["type"] = Ipam };
        return config.ToJsonString();
    }
}
