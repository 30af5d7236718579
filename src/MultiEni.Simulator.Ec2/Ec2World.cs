using MultiEni.Simulator.Ec2.Actions;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2;

/// <summary>
/// The account from inside: what a test or a demo sets up, does without calls, and looks at.
/// Nothing here is throttled, counted or delayed.
/// </summary>
public sealed class Ec2World
{
    private readonly Ec2State _state;
    private long _launches;

    internal Ec2World(Ec2State state) => _state = state;

    /// <summary>Every network interface, in order of creation.</summary>
    public IReadOnlyList<NetworkInterface> NetworkInterfaces =>
        _state.Enter<IReadOnlyList<NetworkInterface>>(() => [.. _state.NetworkInterfaces.Rows]);

    /// <summary>Every instance that is still described.</summary>
    public IReadOnlyList<Instance> Instances =>
        _state.Enter<IReadOnlyList<Instance>>(() => [.. _state.Instances.Values.OrderBy(instance => instance.Sequence)]);

    /// <summary>Every subnet with its free addresses.</summary>
    public IReadOnlyList<Subnet> Subnets => _state.Enter<IReadOnlyList<Subnet>>(() => [.. _state.Subnets.Values.Select(subnet => subnet.Row)]);

    /// <summary>Every security group, the default ones included.</summary>
    public IReadOnlyList<SecurityGroup> SecurityGroups => _state.Enter<IReadOnlyList<SecurityGroup>>(() => [.. _state.SecurityGroups.Values]);

    /// <summary>
    /// When the next transition is due on the simulator's clock; null when nothing is under way. A
    /// driver of virtual time may jump there.
    /// </summary>
    public DateTimeOffset? NextTransition => _state.Enter(() => _state.Transitions.NextDue);

    /// <summary>What the backplane has thrown; the transitions concerned never complete.</summary>
    public IReadOnlyCollection<Exception> BackplaneErrors => _state.Backplane.Errors;

    /// <summary>One interface, or null when it is gone.</summary>
    public NetworkInterface? FindNetworkInterface(string id) => _state.Enter(() => _state.NetworkInterfaces.Find(id)?.Row);

    /// <summary>The interfaces of an instance, the primary one included.</summary>
    public IReadOnlyCollection<NetworkInterface> NetworkInterfacesOf(string instanceId) =>
        _state.Enter(() => _state.NetworkInterfaces.OfInstance(instanceId));

    /// <summary>One instance, or null when it is no longer described.</summary>
    public Instance? FindInstance(string id) => _state.Enter(() => _state.Instances.GetValueOrDefault(id));

    /// <summary>Makes a VPC with its default security group.</summary>
    public Vpc AddVpc(string cidr = "10.0.0.0/16") =>
        _state.Enter(() =>
        {
            var vpc = new Vpc(_state.Ids.Id("vpc-"), cidr, _state.Ids.Id("sg-"));
            _state.Vpcs.Add(vpc.Id, vpc);
            _state.SecurityGroups.Add(
                vpc.DefaultSecurityGroupId,
                new SecurityGroup(vpc.DefaultSecurityGroupId, "default", vpc.Id, "default VPC security group", State.Tags.None)
            );
            return vpc;
        });

    /// <summary>Makes a subnet.</summary>
    /// <param name="zone">A zone name such as <c>us-east-1a</c>.</param>
    /// <param name="cidr">/16 to /28; empty for a subnet with IPv6 only.</param>
    /// <param name="ipv6Cidr">A /64, or null.</param>
    /// <param name="id">An identifier that a manifest names, or null for a new one.</param>
    public Subnet AddSubnet(
        string vpcId,
        string zone,
        string cidr,
        IReadOnlyDictionary<string, string>? tags = null,
        string? ipv6Cidr = null,
        string? id = null
    ) =>
        _state.Enter(() =>
        {
            var vpc = _state.Vpcs[vpcId];
            var subnet = new SubnetState(new Subnet(id ?? _state.Ids.Id("subnet-"), vpc.Id, zone, cidr, ipv6Cidr, 0, tags ?? State.Tags.None));
            _state.Subnets.Add(subnet.Row.Id, subnet);
            return subnet.Row;
        });

    /// <summary>Makes a security group.</summary>
    /// <param name="id">An identifier that a manifest names, or null for a new one.</param>
    public SecurityGroup AddSecurityGroup(string vpcId, string name, IReadOnlyDictionary<string, string>? tags = null, string? id = null) =>
        _state.Enter(() =>
        {
            var group = new SecurityGroup(id ?? _state.Ids.Id("sg-"), name, _state.Vpcs[vpcId].Id, name, tags ?? State.Tags.None);
            _state.SecurityGroups.Add(group.Id, group);
            return group;
        });

    /// <summary>Every Elastic IP.</summary>
    public IReadOnlyList<ElasticIp> ElasticIps => _state.Enter<IReadOnlyList<ElasticIp>>(() => [.. _state.ElasticIps.Values]);

    /// <summary>Allocates an Elastic IP.</summary>
    /// <param name="tags">Its tags.</param>
    /// <param name="id">An identifier that a manifest names, or null for a new one.</param>
    public ElasticIp AddElasticIp(IReadOnlyDictionary<string, string>? tags = null, string? id = null) =>
        _state.Enter(() =>
        {
            var address = new ElasticIp(id ?? _state.Ids.Id("eipalloc-"), $"203.0.113.{_state.ElasticIps.Count + 1}", tags ?? State.Tags.None);
            _state.ElasticIps.Add(address.AllocationId, address);
            return address;
        });

    /// <summary>Somebody associates an Elastic IP, or takes it away: drift.</summary>
    public void MoveElasticIp(string allocationId, string? networkInterfaceId) =>
        _state.Enter(() =>
            _state.ElasticIps[allocationId] = _state.ElasticIps[allocationId] with
            {
                AssociationId = networkInterfaceId is null ? null : _state.Ids.Id("eipassoc-"),
                NetworkInterfaceId = networkInterfaceId,
            }
        );

    /// <summary>
    /// Launches an instance in the zone of a subnet. Its primary interface sits at index 0 and goes
    /// with it; those of a launch template come too.
    /// </summary>
    /// <returns>The instance ID; the instance is pending for the start latency.</returns>
    public string RunInstance(
        string type,
        string subnetId,
        IReadOnlyDictionary<string, string>? tags = null,
        IReadOnlyList<LaunchInterface>? interfaces = null
    ) =>
        _state.Enter(() =>
        {
            var instanceType = _state.InstanceTypes[type];
            var subnet = _state.RequireSubnet(subnetId);
            List<NetworkInterface> rows = [];
            foreach (var wanted in (LaunchInterface[])[new(0, subnetId), .. interfaces ?? []])
            {
                var home = _state.RequireSubnet(wanted.SubnetId);
                rows.Add(
                    CreateNetworkInterface.Allocate(_state, home, default, null, []) with
                    {
                        GroupIds = _state.RequireGroups(wanted.GroupIds, home.Row.VpcId),
                        Description = wanted.Description,
                        Tags = wanted.Tags,
                    }
                );
            }

            var instance = new Instance(
                _state.Ids.Id("i-"),
                _state.Ids.Id("r-"),
                instanceType,
                subnetId,
                subnet.Row.VpcId,
                subnet.Row.AvailabilityZone,
                rows[0].PrimaryIp ?? "",
                _state.Now,
                tags ?? State.Tags.None
            )
            {
                Sequence = ++_launches,
            };
            _state.Instances.Add(instance.Id, instance);
            foreach (var (row, wanted) in rows.Zip((LaunchInterface[])[new(0, subnetId), .. interfaces ?? []]))
            {
                var attachment = new Attachment(
                    _state.Ids.Id("eni-attach-"),
                    instance.Id,
                    wanted.DeviceIndex,
                    wanted.NetworkCardIndex,
                    AttachmentStatus.Attaching,
                    wanted.DeleteOnTermination,
                    _state.Now
                );
                _state.NetworkInterfaces.Add(row with { Status = NetworkInterfaceStatus.InUse, Attachment = attachment }, _state.Now);
            }

            _state.Lifecycle.Launch(instance.Id);
            return instance.Id;
        });

    /// <summary>Terminates an instance as an autoscaler or a person would.</summary>
    public void Terminate(string instanceId) => _state.Enter(() => _state.Lifecycle.Terminate(instanceId));

    /// <summary>Stops a running instance.</summary>
    public void Stop(string instanceId) => _state.Enter(() => _state.Lifecycle.Stop(instanceId));

    /// <summary>Starts a stopped instance.</summary>
    public void Start(string instanceId) => _state.Enter(() => _state.Lifecycle.Start(instanceId));

    /// <summary>
    /// Somebody else changes an interface, behind the back of the program under test: drift.
    /// </summary>
    /// <returns>Whether the interface is there.</returns>
    public bool TryChange(string networkInterfaceId, Func<NetworkInterface, NetworkInterface> change) =>
        _state.Enter(() =>
        {
            if (_state.NetworkInterfaces.Find(networkInterfaceId)?.Row is not { } row)
            {
                return false;
            }

            _state.NetworkInterfaces.Replace(change(row));
            return true;
        });

    /// <summary>Takes addresses of a subnet away from everybody, as other workloads do.</summary>
    /// <returns>How many were taken: fewer than asked when the subnet has no more.</returns>
    public int OccupyAddresses(string subnetId, int count) =>
        _state.Enter(() => _state.RequireSubnet(subnetId).Ipv4.Take(Math.Min(count, _state.RequireSubnet(subnetId).Ipv4.Free))!.Count);

    /// <summary>
    /// Other workloads take one address here and there: plenty stay free, and no /28 does.
    /// </summary>
    public void Fragment(string subnetId) => _state.Enter(() => _state.RequireSubnet(subnetId).Ipv4.Fragment());

    /// <summary>Keeps a range of a subnet, as <c>create-subnet-cidr-reservation</c> does.</summary>
    public void Reserve(string subnetId, CidrReservation reservation) => _state.Enter(() => _state.RequireSubnet(subnetId).Ipv4.Reserve(reservation));
}
