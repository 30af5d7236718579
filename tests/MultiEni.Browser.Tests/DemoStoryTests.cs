using MultiEni.Api;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;

namespace MultiEni.Browser.Tests;

/// <summary>The demo, followed on the page: create, trouble, repair and deletion.</summary>
public sealed class DemoStoryTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    // What is seen for a moment only is written down by the page itself.
    private const string Diary = """
        (() => {
          window.diary = new Set();
          const look = () => { for (const chip of document.querySelectorAll('.chip')) { diary.add(`${chip.dataset.eni.split('-i-')[0]} ${chip.getAttribute('aria-label').split(': ')[1]}`); } };
          new MutationObserver(look).observe(document.getElementById('map'), { subtree: true, childList: true, attributes: true });
          look();
        })()
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_the_first_NodeENI_to_the_last_ENI_that_goes()
    {
        await using var demo = DemoProcess.Start("--speed", "3", "--seed", "1");
        var tab = await OpenAsync(demo, "dark");
        await tab.UntilSeenAsync("#map", "us-east-1a");
        await tab.UntilSeenAsync("#shown", "3 nodes, 0 ENIs");

        await tab.UntilSeenAsync("#nodeenis", "dpdk-eni-example 2 of 2 ready");
        await tab.UntilSeenAsync("#nodeenis", "multus-eni-with-dpdk 3 of 3 ready");
        await tab.UntilSeenAsync("#states", "5 ready");
        await tab.UntilSeenAsync("#events", "ENIAttached");
        await tab.UntilSeenAsync("#gauges", "CreateNetworkInterface");

        await tab.UntilSeenAsync("#map", Reasons.DeviceInUse);
        await Screenshots.TakeAsync(tab, "map-demo");
        // The map ends with the demo; that the last ENI goes from it is shown where the test decides on the end.
        await tab.UntilAsync("!document.getElementById('link').innerText.includes('live')");

        var diary = (await tab.EvaluateAsync("[...diary].join('\\n')"))!.GetValue<string>();
        foreach (
            var seen in new[]
            {
                "dpdk-eni-example in progress",
                "dpdk-eni-example ready",
                "multus-eni-with-dpdk ready",
                "multus-eni-with-dpdk being deleted",
            }
        )
        {
            Assert.Contains(seen, diary, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("in trouble", diary, StringComparison.Ordinal);
        Assert.Equal(0, await demo.EndAsync(Ct));
    }

    [Fact]
    public async Task Trouble_its_remedy_and_the_repair()
    {
        var folder = Directory.CreateTempSubdirectory("map-");
        var manifest = Path.Combine(folder.FullName, "nodeeni.yaml");
        await File.WriteAllTextAsync(
            manifest,
            """
            apiVersion: networking.k8s.aws/v1alpha1
            kind: NodeENI
            metadata:
              name: packets
            spec:
              nodeSelector:
                ng: multi-eni
              subnetName: multus-a
              securityGroupNames:
                - multus
              enableDPDK: true
              dpdkDriver: igb_uio
              dpdkResourceName: intel.com/sriov_dpdk
            """,
            Ct
        );
        await using var demo = DemoProcess.Start("--speed", "3", "--keep", "--nodes", "3", "--manifest", manifest);
        var tab = await OpenAsync(demo, "light");
        await tab.UntilSeenAsync("#states", "2 in trouble");
        await tab.ClickAsync(".chip.trouble");
        await tab.UntilSeenAsync("#story", Reasons.DriverModuleUnavailable);
        await tab.UntilSeenAsync("#story", "Remedy");

        using var connection = ClusterConnection.Open(await demo.SaidAsync("export KUBECONFIG=", Ct), null, Names.Namespace, CliContext.OfProcess());
        var packets = MultiEni.Api.Kubernetes.ObjectKey.Cluster("packets");
        var repair = System.Text.Json.Nodes.JsonNode.Parse("""{"spec":{"dpdkDriver":"vfio-pci"}}""")!;
        await connection.Client.MergePatchAsync(Kinds.NodeEni, packets, repair, null, Ct);
        await tab.UntilSeenAsync("#states", "0 in trouble");
        await tab.UntilSeenAsync("#story", "vfio-pci");
        await tab.UntilSeenAsync("#story .verdict", "ready: Ready");

        await connection.Client.DeleteAsync(Kinds.NodeEni, packets, new Operator.Client.DeleteOptions(), Ct);
        await tab.UntilSeenAsync("#story", "This ENI is gone.");
        await tab.UntilSeenAsync("#shown", "0 ENIs");
        // Chromium reports that there is no story any more.
        Assert.All(tab.Complaints, complaint => Assert.Contains("404", complaint, StringComparison.Ordinal));
        folder.Delete(recursive: true);
    }

    private async Task<Tab> OpenAsync(DemoProcess demo, string colours)
    {
        var tab = await browser.OpenAsync();
        await tab.PreferAsync(colours);
        await tab.GoAsync(new Uri(await demo.SaidAsync("The map is at ", Ct)));
        await tab.UntilSeenAsync("#link", "live");
        await tab.EvaluateAsync(Diary);
        return tab;
    }
}
