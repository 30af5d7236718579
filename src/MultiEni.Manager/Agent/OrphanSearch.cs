using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;
using MultiEni.Manager.Publishing;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Agent;

/// <summary>
/// Finds what no attachment of this node asks for any more: devices bound, or offered, by this
/// agent or a predecessor.
/// </summary>
internal sealed class OrphanSearch(NodeView view, BindingJournal journal, IDevicePublisher publisher, OfferOwners owners, ILogger logger)
{
    /// <summary>Their addresses.</summary>
    public IReadOnlySet<PciAddress> Find(string bootId)
    {
        var orphans = new HashSet<PciAddress>();
        var attachments = view.Attachments;
        foreach (var entry in journal.Entries(bootId))
        {
            var wanted = attachments.Any(attachment =>
                attachment.Status?.Network?.EniId is { Length: > 0 } eni ? eni == entry.EniId : attachment.Metadata.Name == entry.Attachment
            );
            if (!wanted)
            {
                Log.Orphan(logger, entry.PciAddress, entry.EniId);
                orphans.Add(PciAddress.Parse(entry.PciAddress));
            }
        }

        owners.Prune(name => view.Attachment(name) is not null);
        foreach (var offer in publisher.Offered)
        {
            var wanted =
                journal.Find(offer.Address, bootId) is not null
                || (owners.Of(offer.Address) is { } owner && view.Attachment(owner) is not null)
                || attachments.Any(attachment =>
                    attachment.Status?.Device is { } report
                    && report.BootId == bootId
                    && PciAddress.TryParse(report.PciAddress, out var reported)
                    && reported == offer.Address
                );
            if (!wanted)
            {
                orphans.Add(offer.Address);
            }
        }

        return orphans;
    }
}

/// <summary>
/// For which attachment each device was offered, since this agent started: the status that says so
/// may not be written yet.
/// </summary>
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
