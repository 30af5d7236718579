using System.Collections.Concurrent;
using MultiEni.Simulator.Ec2.Iam;
using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.Throttling;

namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// Everything there is in the account, behind one lock. Members are used only inside
/// <see cref="Enter{T}"/>.
/// </summary>
internal sealed class Ec2State : IAsyncDisposable
{
    private readonly Lock _gate = new();

    public Ec2State(Ec2SimulatorOptions options)
    {
        Options = options;
        Ids = new IdGenerator(options.Seed);
        NetworkInterfaces = new NetworkInterfaceTable(options.TimeProvider);
        Tokens = new ClientTokens(options.ClientTokenLifetime);
        Throttle = new Throttle(options.Throttling);
        InstanceTypes = options.InstanceTypes.ToDictionary(type => type.Name, StringComparer.Ordinal);
        Transitions = new TransitionQueue(options.TimeProvider, Wake);
        Backplane = new BackplaneBridge(options.Backplane, Enter);
        Lifecycle = new Lifecycle(this);
    }

    public Ec2SimulatorOptions Options { get; }

    public DateTimeOffset Now => Options.TimeProvider.GetUtcNow();

    public IdGenerator Ids { get; }

    public Dictionary<string, Vpc> Vpcs { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SubnetState> Subnets { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SecurityGroup> SecurityGroups { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ElasticIp> ElasticIps { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Instance> Instances { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, InstanceType> InstanceTypes { get; }

    public NetworkInterfaceTable NetworkInterfaces { get; }

    public ClientTokens Tokens { get; }

    public Throttle Throttle { get; }

    public TransitionQueue Transitions { get; }

    public BackplaneBridge Backplane { get; }

    public Lifecycle Lifecycle { get; }

    /// <summary>
    /// Runs one step on the state: what is due comes first, and what the step makes due at once
    /// comes after it.
    /// </summary>
    public T Enter<T>(Func<T> step)
    {
        T result;
        lock (_gate)
        {
            Transitions.RunDue();
            try
            {
                result = step();
            }
            finally
            {
                Transitions.RunDue();
            }
        }

        Backplane.Start();
        return result;
    }

    /// <inheritdoc cref="Enter{T}"/>
    public void Enter(Action step) =>
        Enter(() =>
        {
            step();
            return true;
        });

    /// <summary>What the owner of an access key may do; without an entry, everything.</summary>
    public ConcurrentDictionary<string, IamPolicy> Policies { get; } = new(StringComparer.Ordinal);

    /// <summary>
    /// The interface as a call other than a describe finds it: not yet, within the window after
    /// creation (docs/reference/ec2.md#consistency).
    /// </summary>
    public NetworkInterface RequireNetworkInterface(string id)
    {
        ResourceIds.Check("eni-", id, "InvalidNetworkInterfaceId.Malformed");
        return NetworkInterfaces.Find(id) is { } entry && IsVisible(entry) ? entry.Row : throw NoNetworkInterface(id);
    }

    public static Ec2Error NoNetworkInterface(string id) =>
        new("InvalidNetworkInterfaceID.NotFound", $"The networkInterface ID '{id}' does not exist");

    public bool IsVisible(NetworkInterfaceEntry entry) => entry.VisibleFrom <= Now || !Ids.Chance(Options.InvisibleShare);

    public SubnetState RequireSubnet(string id)
    {
        ResourceIds.Check("subnet-", id, "InvalidSubnetID.Malformed");
        return Subnets.TryGetValue(id, out var subnet)
            ? subnet
            : throw new Ec2Error("InvalidSubnetID.NotFound", $"The subnet ID '{id}' does not exist");
    }

    public Instance RequireInstance(string id)
    {
        ResourceIds.Check("i-", id, "InvalidInstanceID.Malformed");
        return Instances.TryGetValue(id, out var instance)
            ? instance
            : throw new Ec2Error("InvalidInstanceID.NotFound", $"The instance ID '{id}' does not exist");
    }

    /// <summary>
    /// Group IDs for an interface in a VPC; the VPC's default group when none is named.
    /// </summary>
    public IReadOnlyList<string> RequireGroups(IReadOnlyList<string> ids, string vpcId)
    {
        if (ids.Count == 0)
        {
            return [Vpcs[vpcId].DefaultSecurityGroupId];
        }

        foreach (var id in ids)
        {
            ResourceIds.Check("sg-", id, "InvalidSecurityGroupID.Malformed");
            if (!SecurityGroups.TryGetValue(id, out var group))
            {
                throw new Ec2Error("InvalidSecurityGroupID.NotFound", $"The security group '{id}' does not exist");
            }

            // The text is known from RunInstances; the code for this call is not confirmed.
            if (group.VpcId != vpcId)
            {
                throw new Ec2Error("InvalidParameter", $"Security group {id} and the subnet belong to different networks.");
            }
        }

        List<string> distinct = [.. ids.Distinct(StringComparer.Ordinal)];
        return distinct.Count <= Options.SecurityGroupsPerInterface
            ? distinct
            : throw new Ec2Error(
                "SecurityGroupsPerInterfaceLimitExceeded",
                $"The maximum number of security groups per interface ({Options.SecurityGroupsPerInterface}) has been reached."
            );
    }

    public async ValueTask DisposeAsync()
    {
        Transitions.Dispose();
        await Backplane.DisposeAsync();
    }

    private void Wake()
    {
        lock (_gate)
        {
            Transitions.TimerRang();
        }

        Enter(static () => { });
    }
}
