using System.Collections.Concurrent;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Agent;

/// <summary>For which attachment each device was offered, since this agent started: the status that says so may not be written yet.</summary>
internal sealed class OfferOwners
{
    private readonly ConcurrentDictionary<PciAddress, string> _owners = new();

    /// <summary>The attachment that a device was offered for, or null.</summary>
    public string? Of(PciAddress address) => _owners.GetValueOrDefault(address);

    /// <summary>For how many devices an attachment is noted.</summary>
    public int Count => _owners.Count;

    /// <summary>Forgets attachments that are gone.</summary>
    /// <param name="exists">Whether an attachment of a name is there.</param>
    public void Prune(Func<string, bool> exists)
    {
        foreach (var owner in _owners.Where(owner => !exists(owner.Value)))
        {
            // Only as it was seen: the address may have got another owner meanwhile.
            _owners.TryRemove(owner);
        }
    }

    /// <summary>Notes it, before the device is offered.</summary>
    public void Set(PciAddress address, string attachment) => _owners[address] = attachment;
}
