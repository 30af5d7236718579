using MultiEni.Cli.Invocation;
using MultiEni.Simulator;
using MultiEni.Simulator.Ec2;

namespace MultiEni.Cli.Simulate;

/// <summary>A simulated EC2 endpoint that runs until it is interrupted.</summary>
internal static class Ec2Endpoint
{
    public static async Task<int> ServeAsync(
        int port,
        string region,
        int zones,
        int instances,
        string instanceType,
        TextWriter output,
        CancellationToken cancellationToken
    )
    {
        if (InstanceTypes.Known.All(known => known.Name != instanceType))
        {
            throw new CommandFailedException(
                $"--instance-type is '{instanceType}', which the simulated EC2 does not support",
                $"choose one of {string.Join(", ", InstanceTypes.Known.Select(known => known.Name).Order(StringComparer.Ordinal))}",
                ExitCodes.Usage
            );
        }

        await using var server = await Endpoints.StartAsync(
            port,
            () =>
                Ec2Simulator.StartAsync(
                    new Ec2SimulatorOptions
                    {
                        Port = port,
                        Region = region,
                        Latencies = Ec2Latencies.Typical,
                    },
                    cancellationToken
                )
        );
        var network = SimulatedClusterNetwork.Create(server.World, region, zones);
        await output.WriteLineAsync(
            $"""
            Simulated EC2 at {server.BaseAddress}
              export AWS_ENDPOINT_URL_EC2={server.BaseAddress} AWS_REGION={region} AWS_DEFAULT_REGION={region} AWS_ACCESS_KEY_ID=simulated AWS_SECRET_ACCESS_KEY=simulated
            """
        );
        foreach (var subnet in network.NodeSubnets.Concat(network.EniSubnets).Concat(network.MultusSubnets))
        {
            await output.WriteLineAsync($"  {subnet.Id}  {subnet.AvailabilityZone}  {subnet.Cidr}  {subnet.Tags["Name"]}");
        }

        foreach (var group in new[] { network.SecurityGroup, network.MultusSecurityGroup })
        {
            await output.WriteLineAsync($"  {group.Id}  {group.Name}");
        }

        for (var i = 0; i < instances; i++)
        {
            var subnet = network.NodeSubnets[i % zones];
            await output.WriteLineAsync($"  {server.World.RunInstance(instanceType, subnet.Id)}  {subnet.AvailabilityZone}  {instanceType}");
        }

        await output.WriteLineAsync("Request signatures are not checked. Ctrl-C stops the server and discards its state.");
        await Endpoints.UntilInterruptedAsync(cancellationToken);
        return ExitCodes.Fine;
    }
}
