using Microsoft.Extensions.Logging;
using MultiEni.Manager.Pods;
using MultiEni.Manager.Telemetry;

namespace MultiEni.Manager.Addresses;

/// <summary>
/// Frees the addresses of interfaces that ended without a DEL: their network namespace is gone and
/// the API server has no such pod on this node, twice in a row. Where pods may not be listed the
/// namespace alone decides, without which no program can use the address.
/// </summary>
/// <param name="keeper">The address book.</param>
/// <param name="notes">What the plugin noted while the ENI manager was away.</param>
/// <param name="pods">The pods of the node; null where they may not be listed.</param>
/// <param name="logger">Log.</param>
internal sealed class LeaseCollector(AddressKeeper keeper, DeletionNotes notes, NodePods? pods, ILogger logger)
{
    private HashSet<InterfaceId> _suspects = [];

    /// <summary>Frees what the notes name.</summary>
    public async Task ApplyNotesAsync()
    {
        var read = notes.Read();
        await keeper.FreeAsync([.. read.Select(note => note.Interface)]);
        foreach (var note in read)
        {
            DeletionNotes.Remove(note);
        }
    }

    /// <summary>One pass.</summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        await ApplyNotesAsync();
        var missing = keeper.Book.Leases.Values.Where(lease => IsGone(lease.NetworkNamespace)).ToList();
        if (missing.Count > 0 && pods is not null)
        {
            var running = (await pods.ListAsync(cancellationToken)).Where(pod => !pod.HasFinished).ToList();
            missing.RemoveAll(lease => running.Exists(pod => IsOf(lease, pod)));
        }

        var again = missing.Where(lease => _suspects.Contains(lease.Id)).ToList();
        foreach (var lease in again)
        {
            Log.AddressReclaimed(logger, string.Join(", ", lease.Addresses), lease.Pod, lease.EniId);
        }

        await keeper.FreeAsync([.. again.Select(lease => lease.Id)]);
        _suspects = [.. missing.Select(lease => lease.Id)];
    }

    // A namespace of a folder that cannot be seen is not gone.
    private static bool IsGone(string? path) => path is { Length: > 0 } && Directory.Exists(Path.GetDirectoryName(path)) && !File.Exists(path);

    private static bool IsOf(AddressLease lease, Pod pod) =>
        lease.PodUid is { Length: > 0 } uid ? pod.Metadata.Uid == uid : $"{pod.Metadata.Namespace}/{pod.Metadata.Name}" == lease.Pod;
}
