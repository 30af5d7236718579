using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Nodes.Cluster;

/// <summary>The Node that a kubelet registers on EC2.</summary>
internal static class NodeManifest
{
    /// <summary>The Node of a machine.</summary>
    /// <param name="node">What the kubelet says.</param>
    /// <param name="host">The machine.</param>
    /// <param name="guest">See <see cref="ClusterMachineryOptions.Guest"/>.</param>
    /// <param name="now">The time, as the API writes it.</param>
    internal static JsonObject Of(NodeRegistration node, SimulatedHost host, string? guest, string now)
    {
        var labels = new JsonObject
        {
            ["kubernetes.io/hostname"] = host.Name,
            ["kubernetes.io/arch"] = "amd64",
            ["node.kubernetes.io/instance-type"] = node.InstanceType,
            ["topology.kubernetes.io/region"] = node.Region,
            ["topology.kubernetes.io/zone"] = node.Zone,
        };
        labels[guest ?? "kubernetes.io/os"] = guest is null ? "linux" : "true";
        foreach (var (key, value) in node.Labels)
        {
            labels[key] = value;
        }

        var spec = new JsonObject { ["providerID"] = $"aws:///{node.Zone}/{host.InstanceId}" };
        var addresses = new JsonArray(Address("Hostname", host.Name));
        if (guest is null)
        {
            addresses.Insert(0, Address("InternalIP", host.PrimaryAddress));
            addresses.Insert(1, Address("InternalDNS", host.Name));
        }
        else
        {
            spec["taints"] = new JsonArray(
                new JsonObject
                {
                    ["key"] = guest,
                    ["value"] = "true",
                    ["effect"] = "NoSchedule",
                }
            );
        }

        var resources = Resources(node.InstanceType, node.MaximumInterfaces, node.AddressesPerInterface);
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = host.Name, ["labels"] = labels },
            ["spec"] = spec,
            ["status"] = new JsonObject
            {
                ["capacity"] = resources,
                ["allocatable"] = resources.DeepClone(),
                ["addresses"] = addresses,
                ["conditions"] = new JsonArray(PodStatuses.Condition("Ready", "True", "KubeletReady", "kubelet is posting ready status", now)),
                ["nodeInfo"] = new JsonObject
                {
                    ["kubeletVersion"] = "v1.34.1-eks",
                    ["osImage"] = "Amazon Linux 2023",
                    ["kernelVersion"] = "6.12.40-64.114.amzn2023.x86_64",
                    ["containerRuntimeVersion"] = "containerd://2.1.4",
                    ["operatingSystem"] = "linux",
                    ["architecture"] = "amd64",
                    ["bootID"] = host.BootId,
                },
            },
        };
    }

    private static JsonObject Address(string type, string address) => new() { ["type"] = type, ["address"] = address };

    // 4 GiB for each CPU, as in the m family, a quarter of it reserved as huge pages; pods by the
    // formula of the VPC CNI.
    private static JsonObject Resources(string instanceType, int interfaces, int addressesEach)
    {
        var processors = Processors(instanceType[(instanceType.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        return new JsonObject
        {
            ["cpu"] = processors.ToString(),
            ["memory"] = $"{3 * processors}Gi",
            ["hugepages-1Gi"] = "0",
            ["hugepages-2Mi"] = $"{processors}Gi",
            ["pods"] = ((interfaces * (addressesEach - 1)) + 2).ToString(),
        };
    }

    private static int Processors(string size) =>
        size switch
        {
            "xlarge" => 4,
            _ when size.EndsWith("xlarge", StringComparison.Ordinal) && int.TryParse(size[..^6], out var times) => 4 * times,
            _ => 2,
        };
}
