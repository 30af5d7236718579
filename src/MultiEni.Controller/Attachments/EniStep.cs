using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.Attachments;

/// <summary>What to do next for one attachment. Each is one call, or none.</summary>
internal abstract record EniStep
{
    /// <summary>All is as wanted.</summary>
    public sealed record InSync : EniStep;

    /// <summary>Find out what exists before anything else.</summary>
    public sealed record Sweep : EniStep;

    /// <summary>Find out which device indexes of the instance are in use.</summary>
    public sealed record ReadIndexes : EniStep;

    /// <summary>EC2 is at work, or its view has not settled; the inventory tells when something changes.</summary>
    /// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
    /// <param name="Message">What is waited for.</param>
    public sealed record Wait(string Reason, string Message) : EniStep;

    /// <summary>Make an ENI that the Go controller left this slot's, by its tags.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record Adopt(EniRow Row) : EniStep;

    /// <summary>Create the ENI.</summary>
    /// <param name="Attempt">Number of the attempt, part of token and tags.</param>
    public sealed record Create(int Attempt) : EniStep;

    /// <summary>Attach the ENI.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="DeviceIndex">The index chosen.</param>
    public sealed record Attach(EniRow Row, int DeviceIndex) : EniStep;

    /// <summary>Change an ENI in place until it is what the specification says.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Attribute">What is changed, in words.</param>
    public abstract record Update(EniRow Row, string Attribute) : EniStep;

    /// <summary>Switch the source/destination check.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Enabled">The wanted value.</param>
    public sealed record SetSourceDestCheck(EniRow Row, bool Enabled) : Update(Row, "source/destination check");

    /// <summary>Switch deletion together with the instance.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Enabled">The wanted value.</param>
    public sealed record SetDeleteOnTermination(EniRow Row, bool Enabled) : Update(Row, "delete-on-termination flag");

    /// <summary>Put the wanted security groups on the ENI.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record SetSecurityGroups(EniRow Row) : Update(Row, "security groups");

    /// <summary>Put the wanted description on the ENI.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record SetDescription(EniRow Row) : Update(Row, "description");

    /// <summary>Add or correct tags.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Set">Tags to write.</param>
    public sealed record SetTags(EniRow Row, IReadOnlyDictionary<string, string> Set) : Update(Row, "tags");

    /// <summary>Add addresses or prefixes.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Kind">Of which kind.</param>
    /// <param name="Count">How many.</param>
    public sealed record AssignAddresses(EniRow Row, AddressKind Kind, int Count) : Update(Row, "addresses");

    /// <summary>Detach the ENI.</summary>
    /// <param name="Row">The ENI.</param>
    /// <param name="Force">The last resort.</param>
    public sealed record Detach(EniRow Row, bool Force) : EniStep;

    /// <summary>Delete an ENI of this slot.</summary>
    /// <param name="Row">The ENI.</param>
    public sealed record Delete(EniRow Row) : EniStep;

    /// <summary>The agent has to give the device back first.</summary>
    /// <param name="Reason">Why it has not yet.</param>
    /// <param name="Message">What it said, or that it said nothing.</param>
    /// <param name="Deadline">When it is not waited for any more; null while it answers.</param>
    public sealed record WaitForRelease(string Reason, string Message, DateTimeOffset? Deadline) : EniStep;

    /// <summary>Go on without the agent: let go of its finalizer.</summary>
    /// <param name="Reason">Why it is not waited for.</param>
    /// <param name="Message">For the event.</param>
    public sealed record DropDeviceFinalizer(string Reason, string Message) : EniStep;

    /// <summary>Nothing is left in EC2: the attachment may go.</summary>
    public sealed record Finish : EniStep;

    /// <summary>It cannot go on as things stand.</summary>
    /// <param name="Reason">One of <see cref="Api.Reasons"/>.</param>
    /// <param name="Message">What is the case and what to do.</param>
    public sealed record Blocked(string Reason, string Message) : EniStep;
}
