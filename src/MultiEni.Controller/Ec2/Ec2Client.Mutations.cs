using Amazon.EC2.Model;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Ec2.Failures;

namespace MultiEni.Controller.Ec2;

internal sealed partial class Ec2Client
{
    /// <summary>
    /// Creates an ENI, or finds the one that an earlier call with this token and these values made.
    /// </summary>
    public async Task<EniRow> CreateAsync(CreateEniRequest request, CallPriority priority, CancellationToken cancellationToken)
    {
        var sdkRequest = SdkRequests.Create(request);
        var slot = request.Tags.GetValueOrDefault(EniTags.Slot);
        CreateNetworkInterfaceResponse response;
        try
        {
            response = await MutateAsync(
                Ec2Actions.CreateNetworkInterface,
                priority,
                (client, token) =>
                {
                    Publish(slot is null ? null : new LocalEffect.CreateSent(slot));
                    return client.CreateNetworkInterfaceAsync(sdkRequest, token);
                },
                cancellationToken
            );
        }
        catch (Ec2CallException exception) when (exception.Failure.Reaction.ProvesNothingWasDone)
        {
            Publish(slot is null ? null : new LocalEffect.CreateRefused(slot));
            throw;
        }

        var row = SdkRows.Eni(response.NetworkInterface);
        // The answer may leave the tags out; they are part of the request, so they are on the ENI.
        row = row.Tags.Count == 0 ? row with { Tags = request.Tags } : row;
        Publish(new LocalEffect.Created(row));
        return row;
    }

    /// <summary>
    /// Begins an attachment. Index and card are always sent, also when 0: the default is wrong on
    /// instances with several cards (docs/reference/ec2.md#attachments).
    /// </summary>
    public async Task<AttachmentId> AttachAsync(
        EniId eniId,
        InstanceId instanceId,
        int deviceIndex,
        int networkCardIndex,
        AttachmentSettings settings,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        var response = await MutateAsync(
            Ec2Actions.AttachNetworkInterface,
            priority,
            (client, token) =>
                client.AttachNetworkInterfaceAsync(
                    new()
                    {
                        NetworkInterfaceId = eniId.ToString(),
                        InstanceId = instanceId.ToString(),
                        DeviceIndex = deviceIndex,
                        NetworkCardIndex = networkCardIndex,
                        EnaSrdSpecification = settings.EnaExpress is { Enabled: true } express ? SdkRequests.EnaExpress(express) : null,
                        EnaQueueCount = settings.EnaQueueCount,
                    },
                    token
                ),
            cancellationToken
        );
        var attachment = new EniAttachmentRow(
            response.AttachmentId,
            instanceId.ToString(),
            deviceIndex,
            networkCardIndex,
            EniStates.Attaching,
            DeleteOnTermination: false,
            _time.GetUtcNow()
        )
        {
            EnaExpress = settings.EnaExpress is { Enabled: true } ? settings.EnaExpress : null,
            EnaQueueCount = settings.EnaQueueCount,
        };
        Publish(new LocalEffect.Attached(eniId.ToString(), attachment));
        return AttachmentId.Parse(response.AttachmentId);
    }

    /// <summary>
    /// Begins a detachment. Force is the last resort: it can leave the index unusable
    /// (docs/reference/ec2.md#attachments).
    /// </summary>
    public async Task DetachAsync(AttachmentId attachmentId, bool force, CallPriority priority, CancellationToken cancellationToken)
    {
        await MutateAsync(
            Ec2Actions.DetachNetworkInterface,
            priority,
            (client, token) => client.DetachNetworkInterfaceAsync(new() { AttachmentId = attachmentId.ToString(), Force = force }, token),
            cancellationToken
        );
        Publish(new LocalEffect.Detached(attachmentId.ToString()));
    }

    /// <summary>Deletes an ENI that is not attached.</summary>
    public async Task DeleteAsync(EniId eniId, CallPriority priority, CancellationToken cancellationToken)
    {
        await MutateAsync(
            Ec2Actions.DeleteNetworkInterface,
            priority,
            (client, token) => client.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = eniId.ToString() }, token),
            cancellationToken
        );
        Publish(new LocalEffect.Deleted(eniId.ToString()));
    }

    /// <summary>Sets whether EC2 drops packets that are neither from nor to the ENI.</summary>
    public Task SetSourceDestCheckAsync(EniId eniId, bool value, CallPriority priority, CancellationToken cancellationToken) =>
        ModifyAsync(
            new() { SourceDestCheck = value },
            eniId,
            new LocalEffect.SourceDestCheckSet(eniId.ToString(), value),
            priority,
            cancellationToken
        );

    /// <summary>
    /// Sets whether the ENI goes with its instance; a property of the attachment, false after every
    /// Attach.
    /// </summary>
    public Task SetDeleteOnTerminationAsync(
        EniId eniId,
        AttachmentId attachmentId,
        bool value,
        CallPriority priority,
        CancellationToken cancellationToken
    ) =>
        ModifyAsync(
            new()
            {
                Attachment = new NetworkInterfaceAttachmentChanges { AttachmentId = attachmentId.ToString(), DeleteOnTermination = value },
            },
            eniId,
            new LocalEffect.DeleteOnTerminationSet(eniId.ToString(), attachmentId.ToString(), value),
            priority,
            cancellationToken
        );

    /// <summary>Replaces the security groups.</summary>
    public Task SetSecurityGroupsAsync(
        EniId eniId,
        IReadOnlyList<string> securityGroupIds,
        CallPriority priority,
        CancellationToken cancellationToken
    ) =>
        ModifyAsync(
            new() { Groups = [.. securityGroupIds] },
            eniId,
            new LocalEffect.SecurityGroupsSet(eniId.ToString(), [.. securityGroupIds.Order(StringComparer.Ordinal)]),
            priority,
            cancellationToken
        );

    /// <summary>
    /// Sets timeouts of connection tracking. All that are known are sent: whether one that is left
    /// out stays is not documented (docs/reference/ec2.md#connection-tracking).
    /// </summary>
    public Task SetConnectionTrackingAsync(
        EniId eniId,
        ConnectionTrackingSpec timeouts,
        CallPriority priority,
        CancellationToken cancellationToken
    ) =>
        ModifyAsync(
            new() { ConnectionTrackingSpecification = SdkRequests.ConnectionTracking(timeouts) },
            eniId,
            new LocalEffect.ConnectionTrackingSet(eniId.ToString(), timeouts),
            priority,
            cancellationToken
        );

    /// <summary>Switches ENA Express of an attachment.</summary>
    public Task SetEnaExpressAsync(
        EniId eniId,
        AttachmentId attachmentId,
        EnaExpressSpec express,
        CallPriority priority,
        CancellationToken cancellationToken
    ) =>
        ModifyAsync(
            new() { EnaSrdSpecification = SdkRequests.EnaExpress(express) },
            eniId,
            new LocalEffect.EnaExpressSet(eniId.ToString(), attachmentId.ToString(), express),
            priority,
            cancellationToken
        );

    /// <summary>
    /// Fixes the first IPv6 address as the primary one (docs/reference/ec2.md#addresses-of-an-eni).
    /// </summary>
    public Task EnablePrimaryIpv6Async(EniId eniId, CallPriority priority, CancellationToken cancellationToken) =>
        ModifyAsync(new() { EnablePrimaryIpv6 = true }, eniId, new LocalEffect.PrimaryIpv6Enabled(eniId.ToString()), priority, cancellationToken);

    /// <summary>Replaces the description.</summary>
    public Task SetDescriptionAsync(EniId eniId, string description, CallPriority priority, CancellationToken cancellationToken) =>
        ModifyAsync(
            new() { Description = description },
            eniId,
            new LocalEffect.DescriptionSet(eniId.ToString(), description),
            priority,
            cancellationToken
        );

    /// <summary>Adds or changes tags.</summary>
    public async Task TagAsync(EniId eniId, IReadOnlyDictionary<string, string> tags, CallPriority priority, CancellationToken cancellationToken)
    {
        await MutateAsync(
            Ec2Actions.CreateTags,
            priority,
            (client, token) => client.CreateTagsAsync(new() { Resources = [eniId.ToString()], Tags = SdkRequests.Tags(tags) }, token),
            cancellationToken
        );
        Publish(new LocalEffect.TagsSet(eniId.ToString(), tags));
    }

    /// <summary>
    /// Makes an ENI that the Go controller left, or that was attached at launch, a slot's by its
    /// tags; it is known to the inventory from here on.
    /// </summary>
    public async Task AdoptAsync(EniRow row, IReadOnlyDictionary<string, string> tags, CallPriority priority, CancellationToken cancellationToken)
    {
        var slot = tags[EniTags.Slot];
        try
        {
            await MutateAsync(
                Ec2Actions.CreateTags,
                priority,
                (client, token) =>
                {
                    // Without an answer the slot may have the ENI, as after a create call.
                    Publish(new LocalEffect.CreateSent(slot));
                    return client.CreateTagsAsync(new() { Resources = [row.EniId], Tags = SdkRequests.Tags(tags) }, token);
                },
                cancellationToken
            );
        }
        catch (Ec2CallException exception) when (exception.Failure.Reaction.ProvesNothingWasDone)
        {
            Publish(new LocalEffect.CreateRefused(slot));
            throw;
        }

        Publish(
            new LocalEffect.Adopted(
                row with
                {
                    Tags = new Dictionary<string, string>(row.Tags.Concat(tags).GroupBy(tag => tag.Key).Select(g => g.Last())),
                }
            )
        );
    }

    /// <summary>
    /// Takes the tags off that made an ENI a slot's; the inventory forgets it. Tags that it has not
    /// are no error ([DeleteTags](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html)).
    /// </summary>
    public async Task ReleaseAsync(EniRow row, IReadOnlyList<string> keys, CallPriority priority, CancellationToken cancellationToken)
    {
        await MutateAsync(
            Ec2Actions.DeleteTags,
            priority,
            (client, token) =>
                client.DeleteTagsAsync(new() { Resources = [row.EniId], Tags = [.. keys.Select(key => new Tag { Key = key })] }, token),
            cancellationToken
        );
        Publish(new LocalEffect.Released(row with { Tags = row.Tags.Where(tag => !keys.Contains(tag.Key)).ToDictionary() }));
    }

    /// <summary>
    /// Sets through how many hops an instance's metadata can be reached; pods need 2.
    /// </summary>
    public Task SetMetadataHopLimitAsync(InstanceId instanceId, int hops, CallPriority priority, CancellationToken cancellationToken) =>
        MutateAsync(
            Ec2Actions.ModifyInstanceMetadataOptions,
            priority,
            (client, token) =>
                client.ModifyInstanceMetadataOptionsAsync(new() { InstanceId = instanceId.ToString(), HttpPutResponseHopLimit = hops }, token),
            cancellationToken
        );

    private void Publish(LocalEffect? change)
    {
        if (change is not null)
        {
            Effects.Raise(change);
        }
    }

    private async Task ModifyAsync(
        ModifyNetworkInterfaceAttributeRequest request,
        EniId eniId,
        LocalEffect effect,
        CallPriority priority,
        CancellationToken cancellationToken
    )
    {
        request.NetworkInterfaceId = eniId.ToString();
        await MutateAsync(
            Ec2Actions.ModifyNetworkInterfaceAttribute,
            priority,
            (client, token) => client.ModifyNetworkInterfaceAttributeAsync(request, token),
            cancellationToken
        );
        Publish(effect);
    }
}

/// <summary>Settings of an attachment that go into the call that makes it.</summary>
/// <param name="EnaExpress">ENA Express; null for EC2's default, which is off.</param>
/// <param name="EnaQueueCount">ENA queues; null for EC2's default.</param>
internal sealed record AttachmentSettings(EnaExpressSpec? EnaExpress, int? EnaQueueCount)
{
    /// <summary>EC2's defaults.</summary>
    public static AttachmentSettings Default { get; } = new(null, null);
}

/// <summary>
/// Everything that goes into one Create call. The same token with other values is an error, so
/// nothing here may depend on the time (docs/reference/ec2.md#client-tokens).
/// </summary>
/// <param name="ClientToken">At most 64 ASCII characters, derived from the slot.</param>
/// <param name="SubnetId">Where.</param>
/// <param name="SecurityGroupIds">Groups.</param>
/// <param name="Description">
/// Free text; must not begin with `aws-K8S-` (docs/reference/ec2.md#vpc-cni).
/// </param>
/// <param name="Tags">All tags, ours included.</param>
/// <param name="SecondaryPrivateIpCount">
/// IPv4 addresses beyond the primary one; excludes a prefix count.
/// </param>
/// <param name="Ipv4PrefixCount">/28 prefixes.</param>
/// <param name="Ipv6AddressCount">IPv6 addresses; excludes a prefix count.</param>
/// <param name="Ipv6PrefixCount">/80 prefixes.</param>
/// <param name="PrivateIpAddress">The primary IPv4 address; null leaves it to EC2.</param>
internal sealed record CreateEniRequest(
    string ClientToken,
    string SubnetId,
    IReadOnlyList<string> SecurityGroupIds,
    string Description,
    IReadOnlyDictionary<string, string> Tags,
    int SecondaryPrivateIpCount,
    int Ipv4PrefixCount,
    int Ipv6AddressCount,
    int Ipv6PrefixCount,
    string? PrivateIpAddress = null
)
{
    /// <summary>Whether the first IPv6 address is fixed as the primary one.</summary>
    public bool EnablePrimaryIpv6 { get; init; }

    /// <summary>Timeouts of connection tracking; null leaves them to EC2.</summary>
    public ConnectionTrackingSpec? ConnectionTracking { get; init; }
}
