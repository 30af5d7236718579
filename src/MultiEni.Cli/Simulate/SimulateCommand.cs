using System.CommandLine;
using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Simulate;

/// <summary>The command <c>simulate</c>.</summary>
internal static class SimulateCommand
{
    public static Command Create(CliContext surroundings) =>
        new("simulate", "Run a simulated Kubernetes API or EC2 endpoint on loopback, for tests of operators of your own. Ctrl-C ends it.")
        {
            Kubernetes(surroundings),
            Ec2(surroundings),
        };

    private static Command Kubernetes(CliContext surroundings)
    {
        var port = Port();
        var kubeconfig = new Option<string?>("--write-kubeconfig")
        {
            Description = "File to write an administrator's kubeconfig to; without it, a temporary one.",
        };
        var product = new Option<bool>("--with-crds") { Description = "Install this product's CRDs." };
        var realistic = new Option<bool>("--realistic")
        {
            Description = "Watches that lag behind writes and requests that cost time, as measured on a real API server.",
        };
        var command = new Command(
            "kubernetes",
            "Serve the Kubernetes API: RBAC, CRDs, admission policies and watches, but no nodes and no controllers."
        )
        {
            port,
            kubeconfig,
            product,
            realistic,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                KubernetesEndpoint.ServeAsync(
                    parsed.GetValue(port),
                    parsed.GetValue(kubeconfig),
                    parsed.GetValue(product),
                    parsed.GetValue(realistic),
                    surroundings.Output,
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Ec2(CliContext surroundings)
    {
        var port = Port();
        var region = new Option<string>("--ec2-region") { Description = "Name of the Region.", DefaultValueFactory = _ => "us-east-1" };
        var zones = new Option<int>("--zones") { Description = "Availability zones, each with three subnets.", DefaultValueFactory = _ => 2 };
        var instances = new Option<int>("--instances") { Description = "Instances, in turn over the zones.", DefaultValueFactory = _ => 3 };
        var type = new Option<string>("--instance-type") { Description = "Their type.", DefaultValueFactory = _ => "m5.4xlarge" };
        Numbers.Within(zones, 1, 4);
        Numbers.Within(instances, 0, 5000);
        var command = new Command("ec2", "Serve the part of EC2's API that network interfaces need, with token buckets and asynchronous states.")
        {
            port,
            region,
            zones,
            instances,
            type,
        };
        command.SetAction(
            (parsed, cancellationToken) =>
                Ec2Endpoint.ServeAsync(
                    parsed.GetValue(port),
                    parsed.GetValue(region)!,
                    parsed.GetValue(zones),
                    parsed.GetValue(instances),
                    parsed.GetValue(type)!,
                    surroundings.Output,
                    cancellationToken
                )
        );
        return command;
    }

    private static Option<int> Port()
    {
        var port = new Option<int>("--port") { Description = "Port on 127.0.0.1; 0 takes a free one.", DefaultValueFactory = _ => 0 };
        Numbers.Within(port, 0, 65535);
        return port;
    }
}

/// <summary>What the simulated endpoints have in common.</summary>
internal static class Endpoints
{
    /// <summary>Starts one, and says in words why it cannot listen.</summary>
    public static async Task<T> StartAsync<T>(int port, Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (IOException inUse)
        {
            throw new CommandFailedException(
                $"Cannot listen on 127.0.0.1:{port}: {inUse.Message}",
                "choose another --port, or none for a free one",
                ExitCodes.Unknown
            );
        }
    }

    /// <summary>Ends when the user wants it, without an error.</summary>
    public static Task UntilInterruptedAsync(CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
}
