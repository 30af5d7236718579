using System.Text;
using MultiEni.Api;
using MultiEni.Api.EniAttachments;

namespace MultiEni.Cli.Tests;

/// <summary>
/// Runs every command that docs/kubectl-eni.md shows with its output and compares. With
/// UPDATE_DOCS=1 the outputs are written into the page instead.
/// </summary>
public class DocumentedExamplesTests
{
    private const string Page = "docs/kubectl-eni.md";
    private const string Prompt = "$ kubectl eni ";

    [Fact]
    public async Task The_outputs_on_the_page_are_those_of_the_program()
    {
        await using var cluster = await DocumentedClusterAsync();
        var page = RepositoryFile.Read(Page);
        var made = new StringBuilder();
        var commands = 0;
        var skipping = false;
        foreach (var line in page.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith(Prompt, StringComparison.Ordinal))
            {
                commands++;
                skipping = true;
                var run = await cluster.RunAsync([.. line[Prompt.Length..].Split(' ').Select(FromRoot)]);
                made.Append(line).Append('\n').Append(run.Output).Append(run.Error);
            }
            else if (line == "```" || !skipping)
            {
                skipping = false;
                made.Append(line).Append('\n');
            }
        }

        Assert.True(commands >= 4, "the page shows commands");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(Path.Combine(RepositoryFile.Root, Page), made.ToString(), TestContext.Current.CancellationToken);
            return;
        }

        Assert.True(
            made.ToString() == page,
            $"{Page} shows other outputs than the program gives. Run the test with UPDATE_DOCS=1 and read what changed:\n{made}"
        );
    }

    private static string FromRoot(string argument) =>
        argument.StartsWith("deploy/", StringComparison.Ordinal) ? Path.Combine(RepositoryFile.Root, argument) : argument;

    private static async Task<TestCluster> DocumentedClusterAsync()
    {
        const string NotLoaded =
            "/sys/bus/pci/drivers/vfio-pci does not exist: the driver vfio-pci is not loaded. Load its kernel module on the node (modprobe vfio-pci).";
        var cluster = await TestCluster.StartInstalledAsync();
        return cluster
            .Node("ip-10-0-0-4.ec2.internal", ("ng", "multi-eni"))
            .Node("ip-10-0-0-5.ec2.internal", ("ng", "multi-eni"))
            .Pod("eni-manager-4", "eni-manager", "ip-10-0-0-4.ec2.internal", null)
            .Pod("eni-manager-5", "eni-manager", "ip-10-0-0-5.ec2.internal", null)
            .NodeEni("forwarding", 2, 2, 2, TestCluster.Ready(2, 2))
            .NodeEni("packets", 1, 2, 2, TestCluster.Degraded(Reasons.DriverModuleUnavailable, $"ip-10-0-0-5.ec2.internal: {NotLoaded}"))
            .Pod("sriov-4", "sriovdp", "ip-10-0-0-4.ec2.internal", null, "kube-system")
            .Pod("sriov-5", "sriovdp", "ip-10-0-0-5.ec2.internal", null, "kube-system")
            .Eni("forwarding", "ip-10-0-0-4.ec2.internal", 2, driver: "ena")
            .Eni("forwarding", "ip-10-0-0-5.ec2.internal", 2, driver: "ena")
            .Eni("packets", "ip-10-0-0-4.ec2.internal", 1, use: DeviceUses.Bound)
            .Eni("packets", "ip-10-0-0-5.ec2.internal", 1, Reasons.DriverModuleUnavailable, NotLoaded, "ena", DeviceUses.Bound);
    }
}
