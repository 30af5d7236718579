using System.Net;

namespace MultiEni.VirtualMachine.Wire;

/// <summary>
/// Which frames a VPC carries between its ENIs: packets from an address that EC2 has assigned to
/// the sending ENI to one that it has assigned to the receiving ENI, and nothing else. Questions
/// for hardware addresses it answers itself.
/// </summary>
public static class VpcJudge
{
    /// <summary>Decides about a frame.</summary>
    /// <param name="sender">The ENI from which it comes.</param>
    /// <param name="frame">The frame.</param>
    /// <param name="enis">All ENIs of the subnet.</param>
    public static Verdict Decide(WireEni sender, EthernetFrame frame, IReadOnlyCollection<WireEni> enis)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Source != sender.Mac)
        {
            return new Verdict.Drop($"{frame.Source} is not the hardware address of {sender.Mac}");
        }

        switch (frame.Content)
        {
            case FrameContent.ArpRequest { Target: var target }:
                // Who asks for an address of its own wants to know whether somebody else has it.
                return enis.FirstOrDefault(eni => eni != sender && eni.Has(target)) is { } asked
                    ? new Verdict.Answer(asked.Mac)
                    : new Verdict.Drop($"no other ENI has {target}");
            case FrameContent.Packet packet when !sender.Has(packet.Source):
                return new Verdict.Drop($"{packet.Source} is not assigned to {sender.Mac}");
            case FrameContent.Packet packet:
                var receiver = enis.FirstOrDefault(eni => eni.Mac == frame.Destination);
                return receiver?.Has(packet.Destination) == true
                    ? new Verdict.Deliver(receiver)
                    : new Verdict.Drop($"{packet.Destination} is not assigned to {frame.Destination}");
            default:
                return new Verdict.Drop("a VPC carries no such frame");
        }
    }
}

/// <summary>An ENI as EC2 has it.</summary>
/// <param name="Mac">Its hardware address.</param>
/// <param name="Addresses">The addresses that are assigned to it.</param>
public sealed record WireEni(string Mac, IReadOnlyCollection<IPAddress> Addresses)
{
    /// <summary>Whether the address is assigned to it.</summary>
    public bool Has(IPAddress address) => Addresses.Contains(address);
}

/// <summary>What becomes of a frame.</summary>
public abstract record Verdict
{
    private Verdict() { }

    /// <summary>It arrives.</summary>
    public sealed record Deliver(WireEni Receiver) : Verdict;

    /// <summary>The sender is told a hardware address.</summary>
    public sealed record Answer(string Mac) : Verdict;

    /// <summary>It is dropped.</summary>
    public sealed record Drop(string Why) : Verdict;
}
