using MultiEni.Api.EniAttachments;
using MultiEni.Controller.Ec2;

namespace MultiEni.Controller.PodAddresses;

/// <summary>What is decided about an address that a pod asks for by name. Closed.</summary>
/// <param name="Address">The address.</param>
internal abstract record NamedVerdict(string Address)
{
    /// <summary>The ENI has it, by itself or in a prefix: the agent gives it out.</summary>
    public sealed record Present(string Address) : NamedVerdict(Address);

    /// <summary>It is assigned.</summary>
    /// <param name="Address">The address.</param>
    /// <param name="From">The ENI of ours that has it; null when none has.</param>
    public sealed record Granted(string Address, EniRow? From) : NamedVerdict(Address);

    /// <summary>It is assigned when the agent of the node that has it has let go of it.</summary>
    /// <param name="Address">The address.</param>
    /// <param name="From">The ENI that has it.</param>
    /// <param name="Node">The node of that ENI.</param>
    /// <param name="For">For how long that has been waited for.</param>
    public sealed record Waiting(string Address, EniRow From, string Node, TimeSpan For) : NamedVerdict(Address);

    /// <summary>What has to be known first is not yet.</summary>
    public sealed record Undecided(string Address) : NamedVerdict(Address);

    /// <summary>It is not assigned.</summary>
    /// <param name="Refusal">What the pod is told.</param>
    /// <param name="Passing">Whether that may change without any news of this ENI.</param>
    public sealed record Refused(RefusedAddress Refusal, bool Passing) : NamedVerdict(Refusal.Address);
}
