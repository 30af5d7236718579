using MultiEni.Api.EniAttachments;

namespace MultiEni.Controller.Attachments.Admission;

/// <summary>
/// The kinds of work that attachments wait for, each with a line of its own: calls that wait for one API's tokens must not keep the workers from those
/// that would wait for another's.
/// </summary>
/// <param name="cleanups">ENIs detached and deleted at the same time.</param>
/// <param name="admitted">Told the name of one whose turn has come.</param>
internal sealed class ConcurrencyLimits(int cleanups, Action<string> admitted)
{
    // The attach bucket is smaller than the create bucket: without a bound, creation would run far ahead and a crash strand hundreds
    // (docs/reference/ec2.md#call-plan).
    private const int MostUnattached = 100;

    // Nobody waits for these; enough of them are under way to use every token that is left.
    private const int MostRepairs = 32;

    /// <summary>From before an ENI is created until it is being attached.</summary>
    public AdmissionLine Creations { get; } = new(MostUnattached, admitted);

    /// <summary>Changes of attached ENIs.</summary>
    public AdmissionLine Repairs { get; } = new(MostRepairs, admitted);

    /// <summary>ENIs of the Go controller that are made ours; their tags draw on another bucket than what is created.</summary>
    public AdmissionLine Adoptions { get; } = new(MostRepairs, admitted);

    /// <summary>Detaching and deleting.</summary>
    public AdmissionLine Cleanups { get; } = new(cleanups, admitted);

    /// <summary>How many are at work in all lines together at most.</summary>
    public int Most => MostUnattached + (2 * MostRepairs) + cleanups;

    /// <summary>Whether a step may be taken now; otherwise the attachment waits in the step's line.</summary>
    public bool TryEnter(EniStep step, EniAttachment attachment)
    {
        var spec = attachment.Spec!;
        var turn = new Waiter(attachment.Metadata.Name, spec.InstanceId, spec.NodeEniRef.Name, IsBegun: step is not EniStep.Create);
        return LineOf(step)?.TryEnter(turn) ?? true;
    }

    /// <summary>A look at the attachment is over.</summary>
    public void Leave(string name)
    {
        Creations.Leave(name);
        Repairs.Leave(name);
        Adoptions.Leave(name);
        Cleanups.Leave(name);
    }

    private AdmissionLine? LineOf(EniStep step) =>
        step switch
        {
            // The check goes with creation even when it drifts: traffic depends on it, and it must not wait behind what nobody waits for.
            EniStep.Create or EniStep.SetSourceDestCheck or EniStep.Attach => Creations,
            EniStep.Detach or EniStep.Delete => Cleanups,
            EniStep.Update => Repairs,
            EniStep.Adopt => Adoptions,

            // No call of EC2's, or a description, which is shared with whoever asks at the same time.
            _ => null,
        };
}
