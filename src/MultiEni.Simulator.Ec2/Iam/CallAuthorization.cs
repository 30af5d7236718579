using MultiEni.Simulator.Ec2.Protocol;
using MultiEni.Simulator.Ec2.State;

namespace MultiEni.Simulator.Ec2.Iam;

/// <summary>
/// What a call must be allowed to do, resource by resource, as the service authorization reference
/// of EC2 lists them. A resource that does not exist is left to the action, which says so.
/// </summary>
internal static class CallAuthorization
{
    private static readonly string[] _onEnis =
    [
        "DeleteNetworkInterface",
        "AssignPrivateIpAddresses",
        "UnassignPrivateIpAddresses",
        "AssignIpv6Addresses",
        "UnassignIpv6Addresses",
    ];

    /// <summary>
    /// Refuses what the policy does not allow, and what somebody has denied whatever the policy
    /// says.
    /// </summary>
    /// <param name="policy">Null for a caller who may do everything.</param>
    /// <param name="isDenied">Whether an action is denied.</param>
    /// <exception cref="Ec2Error">Something about the call is not allowed.</exception>
    public static void Check(IamPolicy? policy, Func<string, bool> isDenied, Ec2State state, string action, QueryParameters query)
    {
        if (isDenied(action))
        {
            throw Refusal(state, action, "*");
        }

        foreach (var (needed, resource, context) in Needed(state, action, query))
        {
            if (isDenied(needed) || policy?.Allows($"ec2:{needed}", resource, context) == false)
            {
                throw Refusal(state, needed, resource);
            }
        }
    }

    // EC2's words since it names what is missing; it is the permission that is missing and not
    // always the action called.
    private static Ec2Error Refusal(Ec2State state, string action, string resource) =>
        new(
            "UnauthorizedOperation",
            "You are not authorized to perform this operation. "
                + $"User: arn:aws:sts::{state.Options.AccountId}:assumed-role/eni-controller/session is not authorized to perform: ec2:{action} "
                + $"on resource: {resource} because no identity-based policy allows the ec2:{action} action.",
            403
        );

    private static IEnumerable<(string Action, string Resource, Context Context)> Needed(Ec2State state, string action, QueryParameters query)
    {
        var eni = state.NetworkInterfaces.Find(query.Text("NetworkInterfaceId") ?? "")?.Row;
        switch (action)
        {
            case "CreateNetworkInterface":
                return Creation(state, query);
            case "AttachNetworkInterface":
                return OnEniAndInstance(state, action, eni, query.Text("InstanceId"));
            case "DetachNetworkInterface":
                var detached = state.NetworkInterfaces.OfAttachment(query.Text("AttachmentId") ?? "");
                return OnEniAndInstance(state, action, detached, detached?.Attachment?.InstanceId);
            case "ModifyNetworkInterfaceAttribute":
                return Modification(state, action, eni, query);
            case "AssociateAddress":
                return OnElasticIp(state, action, state.ElasticIps.GetValueOrDefault(query.Text("AllocationId") ?? ""), eni);
            case "DisassociateAddress":
                var association = query.Text("AssociationId");
                var associated = state.ElasticIps.Values.FirstOrDefault(address => address.AssociationId == association);
                return OnElasticIp(state, action, associated, state.NetworkInterfaces.Find(associated?.NetworkInterfaceId ?? "")?.Row);
            case "ModifyInstanceMetadataOptions":
                return OnEniAndInstance(state, action, eni: null, query.Text("InstanceId"));
            case "CreateTags" or "DeleteTags":
                return Tagging(state, action, query);
            case var _ when _onEnis.Contains(action):
                return OnEniAndInstance(state, action, eni, instanceId: null);
            default:
                return [(action, "*", [])];
        }
    }

    private static IEnumerable<(string, string, Context)> Creation(Ec2State state, QueryParameters query)
    {
        const string Action = "CreateNetworkInterface";
        var tags = Tags.OfSpecifications(query, "network-interface", int.MaxValue);
        yield return (Action, Arn(state, "network-interface", "*"), new Context().WithRequestTags(tags));
        if (state.Subnets.GetValueOrDefault(query.Text("SubnetId") ?? "") is { } subnet)
        {
            yield return (Action, Arn(state, "subnet", subnet.Row.Id), new Context().WithResource(state, subnet.Row.Tags, subnet.Row.VpcId));
        }

        foreach (var group in Groups(state, query))
        {
            yield return (Action, Arn(state, "security-group", group.Id), new Context().WithResource(state, group.Tags, group.VpcId));
        }

        if (tags.Count > 0)
        {
            yield return ("CreateTags", Arn(state, "network-interface", "*"), new Context { ["ec2:CreateAction"] = [Action] }.WithRequestTags(tags));
        }
    }

    private static IEnumerable<(string, string, Context)> Modification(Ec2State state, string action, NetworkInterface? eni, QueryParameters query)
    {
        var instance = query.HasAny("Attachment.") ? eni?.Attachment?.InstanceId : null;
        return OnEniAndInstance(state, action, eni, instance)
            .Concat(
                Groups(state, query)
                    .Select(group => (action, Arn(state, "security-group", group.Id), new Context().WithResource(state, group.Tags, group.VpcId)))
            );
    }

    private static IEnumerable<(string, string, Context)> Tagging(Ec2State state, string action, QueryParameters query)
    {
        var tags = Tags.Read(query, "Tag").ToDictionary(tag => tag.Key, tag => tag.Value ?? "", StringComparer.Ordinal);
        foreach (var id in query.List("ResourceId"))
        {
            if (state.NetworkInterfaces.Find(id)?.Row is { } row)
            {
                var context = new Context().WithRequestTags(tags).WithResource(state, row.Tags, row.VpcId);
                yield return (action, Arn(state, "network-interface", id), context);
            }
        }
    }

    private static IEnumerable<(string, string, Context)> OnEniAndInstance(Ec2State state, string action, NetworkInterface? eni, string? instanceId)
    {
        if (eni is not null)
        {
            yield return (action, Arn(state, "network-interface", eni.Id), new Context().WithResource(state, eni.Tags, eni.VpcId));
        }

        if (state.Instances.GetValueOrDefault(instanceId ?? "") is { } instance)
        {
            yield return (action, Arn(state, "instance", instance.Id), new Context().WithResource(state, instance.Tags, instance.VpcId));
        }
    }

    private static IEnumerable<(string, string, Context)> OnElasticIp(Ec2State state, string action, ElasticIp? address, NetworkInterface? eni)
    {
        if (address is not null)
        {
            yield return (action, Arn(state, "elastic-ip", address.AllocationId), new Context().WithResource(state, address.Tags, ""));
        }

        foreach (var needed in OnEniAndInstance(state, action, eni, instanceId: null))
        {
            yield return needed;
        }
    }

    private static IEnumerable<SecurityGroup> Groups(Ec2State state, QueryParameters query) =>
        query.List("SecurityGroupId").Select(id => state.SecurityGroups.GetValueOrDefault(id)).OfType<SecurityGroup>();

    private static string Arn(Ec2State state, string kind, string id) => $"arn:aws:ec2:{state.Options.Region}:{state.Options.AccountId}:{kind}/{id}";

    /// <summary>The condition keys of one decision.</summary>
    private sealed class Context : Dictionary<string, IReadOnlyList<string>>
    {
        public Context()
            : base(StringComparer.Ordinal) { }

        public Context WithRequestTags(IReadOnlyDictionary<string, string> tags)
        {
            foreach (var (key, value) in tags)
            {
                this[$"aws:RequestTag/{key}"] = [value];
            }

            if (tags.Count > 0)
            {
                this["aws:TagKeys"] = [.. tags.Keys];
            }

            return this;
        }

        public Context WithResource(Ec2State state, IReadOnlyDictionary<string, string> tags, string vpcId)
        {
            foreach (var (key, value) in tags)
            {
                this[$"aws:ResourceTag/{key}"] = [value];
            }

            this["ec2:Vpc"] = [Arn(state, "vpc", vpcId)];
            return this;
        }
    }
}
