using MultiEni.Api.EniAttachments;
using MultiEni.Api.NodeEnis;
using MultiEni.Controller.Attachments.Concurrency;
using MultiEni.Controller.Ec2;
using MultiEni.Controller.Planning;
using MultiEni.Controller.PodAddresses;
using MultiEni.Controller.Telemetry;

namespace MultiEni.Controller.Attachments;

/// <summary>
/// What to do next for one attachment. Closed: a step reads (<see cref="Read" />), makes one call
/// of EC2 (<see cref="Call" />), or leaves EC2 alone (<see cref="Rest" />), and what differs by
/// step is said by the step itself.
/// </summary>
internal abstract record EniStep
{
    private EniStep(string operation, string failureEvent)
    {
        Operation = operation;
        FailureEvent = failureEvent;
    }

    /// <summary>Its name in metrics.</summary>
    public string Operation { get; }

    /// <summary>Reason of the event when EC2 refuses it; one of <see cref="Events"/>.</summary>
    public string FailureEvent { get; }

    /// <summary>More has to be known before anything is decided.</summary>
    public abstract record Read : EniStep
    {
        private protected Read()
            : base("describe", Events.EniUpdateFailed) { }
    }

    /// <summary>Find out what exists before anything else.</summary>
    public sealed record Sweep : Read;

    /// <summary>Find out which device indexes of the instance are in use.</summary>
    public sealed record ReadIndexes : Read;

    /// <summary>One call that changes something in EC2.</summary>
    public abstract record Call : EniStep
    {
        private protected Call(string operation, CallLimit limit, string failureEvent)
            : base(operation, failureEvent) => Limit = limit;

        /// <summary>
        /// Which calls it counts with, of which only so many are under way at a time.
        /// </summary>
        public CallLimit Limit { get; }

        /// <summary>
        /// The device index that nobody else may take meanwhile; null for a call that takes none.
        /// </summary>
        public virtual int? ReservedIndex => null;

        /// <summary>
        /// The event when it has succeeded; null for what the status tells well enough.
        /// </summary>
        /// <param name="attachment">The attachment, whose node the message names.</param>
        public virtual (string Reason, string Message)? SuccessEvent(EniAttachment attachment) => null;
    }

    /// <summary>Make an ENI that the Go controller left this slot's, by its tags.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record Adopt(EniRow Row) : Call("tag", CallLimit.Adoptions, Events.EniUpdateFailed)
    {
        /// <inheritdoc />
        public override (string Reason, string Message)? SuccessEvent(EniAttachment attachment) =>
            (Events.EniAdopted, $"{Row.EniId} on {attachment.Spec!.NodeName}, which an earlier controller attached, was adopted");
    }

    /// <summary>
    /// Make an ENI that the launch template attached this slot's, by its tags.
    /// </summary>
    /// <param name="Row">The ENI.</param>
    public sealed record AdoptLaunched(EniRow Row) : Call("tag", CallLimit.Adoptions, Events.EniUpdateFailed)
    {
        /// <summary>
        /// Its own: so that no two slots of an instance take the same ENI at the same time.
        /// </summary>
        public override int? ReservedIndex => Row.Attachment?.DeviceIndex;

        /// <inheritdoc />
        public override (string Reason, string Message)? SuccessEvent(EniAttachment attachment) =>
            (Events.EniAdopted, $"{Row.EniId}, which was attached to {attachment.Spec!.NodeName} at launch, was adopted");
    }

    /// <summary>
    /// Take the tags off an ENI that was attached at launch: it is this slot's no more.
    /// </summary>
    /// <param name="Row">The ENI.</param>
    public sealed record Release(EniRow Row) : Call("untag", CallLimit.Cleanups, Events.EniUpdateFailed)
    {
        /// <inheritdoc />
        public override (string Reason, string Message)? SuccessEvent(EniAttachment attachment) =>
            (Events.EniReleased, $"{Row.EniId} on {attachment.Spec!.NodeName}, which was attached at launch, was released and stays attached");
    }

    /// <summary>Create the ENI.</summary>
    /// <param name="Attempt">Number of the attempt, part of token and tags.</param>
    /// <param name="DeviceIndex">
    /// The index that it will be attached at: an ENI that cannot be attached is not made.
    /// </param>
    public sealed record Create(int Attempt, int DeviceIndex) : Call("create", CallLimit.Creations, Events.EniCreationFailed)
    {
        /// <inheritdoc />
        public override int? ReservedIndex => DeviceIndex;
    }

    /// <summary>
    /// Make a retained ENI this slot's, by its tags. From there on it is attached like a new one.
    /// </summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Attempt">Number of the attempt, part of its tags.</param>
    /// <param name="DeviceIndex">
    /// The index that it will be attached at: an ENI that cannot be attached is not taken.
    /// </param>
    public sealed record Take(EniRow Row, int Attempt, int DeviceIndex) : Call("tag", CallLimit.Creations, Events.EniUpdateFailed)
    {
        /// <inheritdoc />
        public override int? ReservedIndex => DeviceIndex;

        /// <inheritdoc />
        public override (string Reason, string Message)? SuccessEvent(EniAttachment attachment) =>
            (
                Events.EniReused,
                $"{attachment.Spec!.NodeName} takes {Row.EniId} ({Row.MacAddress}, {Retention.PrimaryOf(Row) ?? "no IPv4 address"}), which was retained from {Row.Tags.GetValueOrDefault(EniTags.Node, "an earlier node")}"
            );
    }

    /// <summary>Attach the ENI.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="DeviceIndex">The index chosen.</param>
    public sealed record Attach(EniRow Row, int DeviceIndex) : Call("attach", CallLimit.Creations, Events.EniAttachmentFailed)
    {
        /// <inheritdoc />
        public override int? ReservedIndex => DeviceIndex;
    }

    /// <summary>Change an ENI in place until it is what the specification says.</summary>
    public abstract record Update : Call
    {
        private protected Update(EniRow row, string attribute, string operation = "modify", CallLimit limit = CallLimit.Repairs)
            : base(operation, limit, Events.EniUpdateFailed)
        {
            Row = row;
            Attribute = attribute;
        }

        /// <summary>The ENI.</summary>
        public EniRow Row { get; }

        /// <summary>What is changed, in words.</summary>
        public string Attribute { get; }
    }

    /// <summary>
    /// Switch the source/destination check. It counts with creation even as a repair: traffic
    /// depends on it, and nobody waits for the others.
    /// </summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Enabled">The wanted value.</param>
    public sealed record SetSourceDestCheck(EniRow Row, bool Enabled) : Update(Row, "source/destination check", limit: CallLimit.Creations);

    /// <summary>Switch deletion together with the instance.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Enabled">The wanted value.</param>
    public sealed record SetDeleteOnTermination(EniRow Row, bool Enabled) : Update(Row, "delete-on-termination flag");

    /// <summary>Put the wanted security groups on the ENI.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record SetSecurityGroups(EniRow Row) : Update(Row, "security groups");

    /// <summary>Set the wanted timeouts of connection tracking.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Timeouts">All that it is to have.</param>
    public sealed record SetConnectionTracking(EniRow Row, ConnectionTrackingSpec Timeouts) : Update(Row, "connection tracking timeouts");

    /// <summary>Switch ENA Express of the attachment.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Express">The wanted setting.</param>
    public sealed record SetEnaExpress(EniRow Row, EnaExpressSpec Express) : Update(Row, "ENA Express setting");

    /// <summary>Fix the first IPv6 address as the primary one.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record EnablePrimaryIpv6(EniRow Row) : Update(Row, "primary IPv6 address");

    /// <summary>Put the wanted description on the ENI.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record SetDescription(EniRow Row) : Update(Row, "description");

    /// <summary>Add or correct tags.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Set">Tags to write.</param>
    public sealed record SetTags(EniRow Row, IReadOnlyDictionary<string, string> Set) : Update(Row, "tags", "tag");

    /// <summary>Add addresses or prefixes.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Kind">Of which kind.</param>
    /// <param name="Count">How many.</param>
    public sealed record AssignAddresses(EniRow Row, AddressKind Kind, int Count) : Update(Row, "addresses", "assign");

    /// <summary>
    /// Add addresses that pods need, or take back what none needs any more. Pods wait for the
    /// former, so that these calls stand in a line of their own.
    /// </summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Change">What is changed.</param>
    public sealed record ChangePodAddresses(EniRow Row, PodAddressChange Change)
        : Update(
            Row,
            "addresses for pods",
            Change is PodAddressChange.Unassign or PodAddressChange.TakeFrom ? "unassign" : "assign",
            CallLimit.PodAddresses
        )
    {
        /// <inheritdoc />
        public override (string Reason, string Message)? SuccessEvent(EniAttachment attachment) =>
            PodAddressEvents.Move(attachment, Row, Change) is { } moved ? (Events.AddressMoved, moved) : null;
    }

    /// <summary>Associate an Elastic IP with the ENI.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="AllocationId">The Elastic IP.</param>
    public sealed record AssociateElasticIp(EniRow Row, string AllocationId) : Update(Row, "Elastic IP", "associate")
    {
        /// <inheritdoc />
        public override (string Reason, string Message)? SuccessEvent(EniAttachment attachment) =>
            (Events.ElasticIpAssociated, $"{AllocationId} is associated with {Row.EniId} on {attachment.Spec!.NodeName}");
    }

    /// <summary>Take an Elastic IP of a former specification from the ENI.</summary>
    /// <param name="Row">The ENI, with the Elastic IP.</param>
    public sealed record DisassociateElasticIp(EniRow Row) : Update(Row, "Elastic IP", "disassociate")
    {
        /// <inheritdoc />
        public override (string Reason, string Message)? SuccessEvent(EniAttachment attachment) =>
            (Events.ElasticIpDisassociated, $"{Row.ElasticIp?.AllocationId} is no longer associated with {Row.EniId} on {attachment.Spec!.NodeName}");
    }

    /// <summary>Detach the ENI.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Force">The last resort.</param>
    public sealed record Detach(EniRow Row, bool Force) : Call("detach", CallLimit.Cleanups, Events.EniDetachmentFailed)
    {
        /// <inheritdoc />
        public override (string Reason, string Message)? SuccessEvent(EniAttachment attachment) =>
            (Events.EniDetached, $"{Row.EniId} is being detached from {attachment.Spec!.NodeName}{(Force ? " by force" : "")}");
    }

    /// <summary>Delete an ENI of this slot.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record Delete(EniRow Row) : Call("delete", CallLimit.Cleanups, Events.EniDeletionFailed)
    {
        /// <inheritdoc />
        public override (string Reason, string Message)? SuccessEvent(EniAttachment attachment) =>
            (Events.EniDeleted, $"{Row.EniId} of {attachment.Spec!.NodeName} is deleted");
    }

    /// <summary>Nothing is asked of EC2 for now.</summary>
    public abstract record Rest : EniStep
    {
        private protected Rest(ConditionClaim? blocker = null)
            : base("describe", Events.EniUpdateFailed) => Blocker = blocker;

        /// <summary>What is waited for; null when nothing is.</summary>
        public ConditionClaim? Blocker { get; }
    }

    /// <summary>The ENI is as specified.</summary>
    /// <param name="LookAgain">When time alone makes something due; null when it does not.</param>
    public sealed record InSync(TimeSpan? LookAgain = null) : Rest;

    /// <summary>
    /// EC2 is at work, or its view has not settled; the inventory reports when something changes.
    /// </summary>
    /// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
    /// <param name="Message">What is waited for.</param>
    public sealed record Wait(string Reason, string Message) : Rest(new ConditionClaim(true, Reason, Message));

    /// <summary>The agent has to give the device back first.</summary>
    /// <param name="Reason">Why it has not yet.</param>
    /// <param name="Message">What it said, or that it said nothing.</param>
    /// <param name="Deadline">When it is not waited for any more; null while it answers.</param>
    public sealed record WaitForRelease(string Reason, string Message, DateTimeOffset? Deadline) : Rest(new ConditionClaim(true, Reason, Message));

    /// <summary>Go on without the agent: remove its finalizer.</summary>
    /// <param name="Reason">Why it is not waited for.</param>
    /// <param name="Message">For the event.</param>
    public sealed record DropDeviceFinalizer(string Reason, string Message) : Rest;

    /// <summary>Nothing is left in EC2: the attachment may go.</summary>
    public sealed record Finish : Rest;

    /// <summary>The attachment may go, and its ENI stays for the next node.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record Retain(EniRow Row) : Rest
    {
        /// <summary>For the event.</summary>
        public string Message(EniAttachment attachment) =>
            $"{Row.EniId} ({Row.MacAddress}, {Retention.PrimaryOf(Row) ?? "no IPv4 address"}) of {attachment.Spec!.NodeName} is retained for the next node in {Row.SubnetId}";
    }

    /// <summary>It cannot go on as things stand.</summary>
    /// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
    /// <param name="Message">What is the case and what to do.</param>
    public sealed record Blocked(string Reason, string Message) : Rest(new ConditionClaim(true, Reason, Message));
}
