using MultiEni.VirtualTime;

namespace MultiEni.Reliability.Lab;

/// <summary>
/// Somebody with a console in the same account, who does to our ENIs what he should not.
/// </summary>
internal static class ExternalActor
{
    public static Task DetachAsync(this Cluster cluster, string attachmentId) =>
        CallAsync(cluster, "DetachNetworkInterface", "AttachmentId", attachmentId);

    public static Task DeleteEniAsync(this Cluster cluster, string eniId) =>
        CallAsync(cluster, "DeleteNetworkInterface", "NetworkInterfaceId", eniId);

    private static async Task CallAsync(Cluster cluster, string action, string parameter, string value)
    {
        using var http = new HttpClient(new InMemoryTransport(cluster.Ec2.Server));
        using var form = new FormUrlEncodedContent(
            new Dictionary<string, string>
            {
                ["Action"] = action,
                ["Version"] = "2016-11-15",
                [parameter] = value,
            }
        );
        using var response = await http.PostAsync(cluster.Ec2.BaseAddress, form);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
