using System.CommandLine;
using MultiEni.Cli.Cluster;
using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Demo;

/// <summary>The command <c>demo</c>.</summary>
internal static class DemoCommand
{
    public static Command Create(CliContext context, ClusterOptions cluster)
    {
        var nodes = new Option<int>("--nodes") { Description = "Number of simulated nodes.", DefaultValueFactory = _ => 3 };
        var speed = new Option<double>("--speed")
        {
            Description = "Speed-up of simulated EC2 and nodes over real ones.",
            DefaultValueFactory = _ => 2,
        };
        var chaos = new Option<bool>("--chaos")
        {
            Description = "Kill the controller and the ENI managers at random; the end state must be the same.",
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Random seed of --chaos; printed, so that a run can be repeated.",
            DefaultValueFactory = _ => Random.Shared.Next(1, 100000),
        };
        var keep = new Option<bool>("--keep")
        {
            Description = "Keep the cluster running once the ENIs are ready, for use with kubectl; Ctrl-C stops it.",
        };
        var manifest = new Option<string?>("--manifest") { Description = "Apply this file instead of the built-in manifests." };
        var binaries = new Option<string?>("--binaries")
        {
            Description =
                "Directory with the published binaries eni-controller and eni-manager (eng/publish.sh). By default, those beside this program, as ./demo builds them in a checkout.",
        };
        var publisher = new Option<string>("--device-publisher")
        {
            Description =
                "How devices are advertised to pods: by the SR-IOV device plugin through its file, by the ENI manager's embedded device plugin, or by its DRA driver.",
            DefaultValueFactory = _ => DemoOptions.SriovConfig,
        };
        publisher.AcceptOnlyFromAmong(DemoOptions.SriovConfig, DemoOptions.Embedded, DemoOptions.Dra);
        var map = new Option<bool>("--map") { Description = "Also serve the map of the cluster as a web page; see `kubectl eni map`." };
        var timeout = new Option<int>("--timeout") { Description = "Timeout per step, in seconds.", DefaultValueFactory = _ => 180 };
        Numbers.Within(nodes, 1, 500);
        Numbers.Within(timeout, 1, 86400);
        speed.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !(double.TryParse(token.Value, out var factor) && factor is > 0 and <= 1000))
            {
                result.AddError($"--speed is '{token.Value}'; it must be a number above 0 and at most 1000");
            }
        });

        var command = new Command(
            "demo",
            "Run the whole product on a simulated cluster, without Kubernetes or an AWS account. With --kubeconfig, simulated nodes join your own cluster, "
                + "for example kind, and everything is cleaned up at the end."
        )
        {
            nodes,
            speed,
            chaos,
            seed,
            keep,
            manifest,
            binaries,
            publisher,
            map,
            timeout,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(publisher) == DemoOptions.Dra && cluster.Kubeconfig(result) is not null)
            {
                result.AddError("--device-publisher dra runs on a simulated cluster only: leave out --kubeconfig.");
            }

            if (cluster.Context(result) is not null && cluster.Kubeconfig(result) is null)
            {
                result.AddError("--context needs --kubeconfig: it selects a context in that file");
            }
        });
        command.SetAction(
            (parsed, cancellationToken) =>
                DemoRun.RunAsync(
                    new DemoOptions(
                        parsed.GetValue(nodes),
                        parsed.GetValue(speed),
                        parsed.GetValue(chaos),
                        parsed.GetValue(seed),
                        parsed.GetValue(keep),
                        parsed.GetValue(manifest),
                        parsed.GetValue(binaries),
                        parsed.GetValue(publisher)!,
                        TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                        cluster.Kubeconfig(parsed),
                        cluster.Context(parsed),
                        parsed.GetValue(map)
                    ),
                    context,
                    cancellationToken
                )
        );
        return command;
    }
}
