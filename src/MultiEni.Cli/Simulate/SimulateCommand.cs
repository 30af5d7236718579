using System.CommandLine;
using MultiEni.Cli.Invocation;

namespace MultiEni.Cli.Simulate;

/// <summary>The command <c>simulate</c>.</summary>
internal static class SimulateCommand
{
    public static Command Create(CliContext context) =>
        new("simulate", "Run a simulated Kubernetes API or EC2 endpoint on loopback to test your own operators. Ctrl-C stops it.")
        {
            Kubernetes(context),
            Ec2(context),
        };

    private static Command Kubernetes(CliContext context)
    {
        var port = Port();
        var kubeconfig = new Option<string?>("--write-kubeconfig")
        {
            Description = "File to write an administrator kubeconfig to; by default a temporary file.",
        };
        var product = new Option<bool>("--with-crds") { Description = "Install this product's CRDs." };
        var realistic = new Option<bool>("--realistic") { Description = "Add watch lag and request latency as measured on a real API server." };
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
                    context.Output,
                    cancellationToken
                )
        );
        return command;
    }

    private static Command Ec2(CliContext context)
    {
        var port = Port();
        var region = new Option<string>("--ec2-region") { Description = "Name of the Region.", DefaultValueFactory = _ => "us-east-1" };
        var zones = new Option<int>("--zones")
        {
            Description = "Number of availability zones, each with three subnets.",
            DefaultValueFactory = _ => 2,
        };
        var instances = new Option<int>("--instances")
        {
            Description = "Number of instances, distributed over the zones.",
            DefaultValueFactory = _ => 3,
        };
        var type = new Option<string>("--instance-type") { Description = "Instance type.", DefaultValueFactory = _ => "m5.4xlarge" };
        Numbers.Within(zones, 1, 4);
        Numbers.Within(instances, 0, 5000);
        var command = new Command("ec2", "Serve the subset of the EC2 API for network interfaces, with token buckets and asynchronous states.")
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
                    context.Output,
                    cancellationToken
                )
        );
        return command;
    }

    private static Option<int> Port()
    {
        var port = new Option<int>("--port") { Description = "Port on 127.0.0.1; 0 selects a free port.", DefaultValueFactory = _ => 0 };
        Numbers.Within(port, 0, 65535);
        return port;
    }
}

/// <summary>Helpers of the simulated endpoints.</summary>
internal static class Endpoints
{
    /// <summary>Starts a server, with a readable error if the port is in use.</summary>
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
                "choose another --port, or omit it to use a free port",
                ExitCodes.Unknown
            );
        }
    }

    /// <summary>Completes without an error when the user interrupts the command.</summary>
    public static Task UntilInterruptedAsync(CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken).ContinueWith(static _ => { }, TaskScheduler.Default);
}
