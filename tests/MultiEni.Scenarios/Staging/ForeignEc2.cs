using MultiEni.Simulator.Ec2;

namespace MultiEni.Scenarios.Staging;

/// <summary>
/// Somebody else who makes network interfaces in the same account, by EC2's query protocol.
/// </summary>
internal static class ForeignEc2
{
    /// <summary>Makes an ENI in the documented subnet that nobody attaches.</summary>
    /// <returns>Its ID.</returns>
    public static async Task<string> CreateEniAsync(this Stage stage, IReadOnlyDictionary<string, string> tags)
    {
        var before = stage.Cluster.Ec2.World.NetworkInterfaces.Select(row => row.Id).ToHashSet();
        var form = new Dictionary<string, string>
        {
            ["Action"] = "CreateNetworkInterface",
            ["Version"] = "2016-11-15",
            ["SubnetId"] = "subnet-12345678",
            ["TagSpecification.1.ResourceType"] = "network-interface",
        };
        foreach (var (tag, index) in tags.Select((tag, index) => (tag, index + 1)))
        {
            form[$"TagSpecification.1.Tag.{index}.Key"] = tag.Key;
            form[$"TagSpecification.1.Tag.{index}.Value"] = tag.Value;
        }

        await PostAsync(stage, form);
        return stage.Cluster.Ec2.World.NetworkInterfaces.Single(row => !before.Contains(row.Id) && row.SubnetId == "subnet-12345678").Id;
    }

    /// <summary>Attaches an ENI of somebody else, as the VPC CNI does for its pods.</summary>
    public static async Task AttachForeignEniAsync(this Stage stage, string node, int deviceIndex)
    {
        var eni = await stage.CreateEniAsync(new Dictionary<string, string> { ["node.k8s.amazonaws.com/instance_id"] = "x" });
        await stage.UntilAsync(
            () => stage.Cluster.Ec2.World.FindNetworkInterface(eni)!.Status == NetworkInterfaceStatus.Available,
            "the foreign ENI is available"
        );
        await stage.AttachEniAsync(eni, node, deviceIndex);
    }

    /// <summary>Attaches an ENI by hand.</summary>
    public static Task AttachEniAsync(this Stage stage, string eni, string node, int deviceIndex) =>
        PostAsync(
            stage,
            new()
            {
                ["Action"] = "AttachNetworkInterface",
                ["Version"] = "2016-11-15",
                ["NetworkInterfaceId"] = eni,
                ["InstanceId"] = stage.Cluster.Node(node).InstanceId,
                ["DeviceIndex"] = deviceIndex.ToString(),
            }
        );

    private static async Task PostAsync(Stage stage, Dictionary<string, string> form)
    {
        using var http = new HttpClient();
        using var content = new FormUrlEncodedContent(form);
        using var response = await http.PostAsync(stage.Cluster.Ec2.BaseAddress, content, Stage.Stop);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Stage.Stop));
    }
}
