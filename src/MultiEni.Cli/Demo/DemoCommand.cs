using System.CommandLine;
using MultiEni.Cli.Cluster;

namespace MultiEni.Cli.Demo;

/// <summary>The command <c>demo</c>.</summary>
internal static class DemoCommand
{
    public static Command Create(CliContext surroundings, ClusterOptions cluster)
    {
        var nodes = new Option<int>("--nodes") { Description = "Nodes of the simulated cluster.", DefaultValueFactory = _ => 3 };
        var speed = new Option<double>("--speed")
        {
            Description = "How much faster than real ones EC2 and the nodes are.",
            DefaultValueFactory = _ => 2,
        };
        var chaos = new Option<bool>("--chaos") { Description = "Kill the controller and the ENI managers at random; the outcome must be the same." };
        var seed = new Option<int>("--seed")
        {
            Description = "What chaos does; printed, so that a run can be repeated.",
            DefaultValueFactory = _ => Random.Shared.Next(1, 100000),
        };
        var keep = new Option<bool>("--keep")
        {
            Description = "Leave it running when the ENIs are ready, to be played with by kubectl; Ctrl-C ends it.",
        };
        var manifest = new Option<string?>("--manifest") { Description = "Apply this file in place of the built-in documents." };
        var binaries = new Option<string?>("--binaries") { Description = "Folder of the published programs eni-controller and eni-manager." };
        var publisher = new Option<string>("--device-publisher")
        {
            Description = "Who offers devices to pods: the SR-IOV device plugin by its file, or the ENI manager itself.",
            DefaultValueFactory = _ => DemoOptions.SriovConfig,
        };
        publisher.AcceptOnlyFromAmong(DemoOptions.SriovConfig, DemoOptions.Embedded);
        var timeout = new Option<int>("--timeout") { Description = "Seconds that one step may take.", DefaultValueFactory = _ => 180 };
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
            "Show the whole product at work on a simulated cluster: no Kubernetes and no AWS account needed. With --kubeconfig, simulated nodes join a cluster "
                + "of yours for it, such as one of kind, and leave nothing behind."
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
            timeout,
        };
        command.Validators.Add(result =>
        {
            if (cluster.Context(result) is not null && cluster.Kubeconfig(result) is null)
            {
                result.AddError("--context chooses a context of the file that --kubeconfig names, which is missing");
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
                        cluster.Context(parsed)
                    ),
                    surroundings,
                    cancellationToken
                )
        );
        return command;
    }
}
