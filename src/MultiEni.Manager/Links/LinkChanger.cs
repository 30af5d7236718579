using System.Collections.Concurrent;
using System.Diagnostics;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Links;

/// <summary>Carries out what was decided about a link.</summary>
internal sealed class LinkChanger(NodeHost host, LinkRecord record, NameRefusals refusals)
{
    /// <summary>
    /// Makes the changes, in their order, up to the first that fails. A name that the kernel does not
    /// take is no failure.
    /// </summary>
    /// <param name="bootId">The present boot.</param>
    /// <param name="link">The link; null when only what leads there is removed.</param>
    /// <param name="operations">The changes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What failed; null for nothing.</returns>
    /// <exception cref="JournalException">
    /// What is about to be added cannot be noted; nothing was changed.
    /// </exception>
    public async Task<LinkFailure?> ApplyAsync(
        string bootId,
        Link? link,
        IReadOnlyList<LinkOperation> operations,
        CancellationToken cancellationToken
    )
    {
        var known = link is null ? new LinkChangesOf() : record.Of(bootId, link);
        var noted = known.Before(operations);
        Save(known, noted);
        var done = new List<LinkOperation>();
        LinkFailure? failure = null;
        foreach (var operation in operations)
        {
            failure = await ApplyAsync(operation, cancellationToken);
            if (failure is not null)
            {
                break;
            }

            done.Add(operation);
        }

        Save(noted, noted.After(done));
        return failure;

        void Save(LinkChangesOf before, LinkChangesOf after)
        {
            if (link is not null && !Same(before, after))
            {
                record.Save(bootId, link, after);
            }
        }
    }

    private async Task<LinkFailure?> ApplyAsync(LinkOperation operation, CancellationToken cancellationToken)
    {
        switch (operation)
        {
            case LinkOperation.Add { Item: NetworkItem.AlternativeName name }:
                refusals.Note(name.LinkIndex, name.Name, await host.Links.AddAsync(name, cancellationToken));
                return null;
            case LinkOperation.Add { Item: var item }:
                return LinkFailure.Of($"{item} could not be added", await host.Links.AddAsync(item, cancellationToken));
            case LinkOperation.Remove { Item: var item }:
                // Gone already, by itself or with its link.
                return
                    await host.Links.RemoveAsync(item, cancellationToken) is var error
                    && error is Errno.NoEntry or Errno.NoProcess or Errno.NoDevice or Errno.AddressNotAvailable
                    ? null
                    : LinkFailure.Of($"{item} could not be removed", error);
            case LinkOperation.SetReversePathFilter filter:
                return LinkFailure.Of(
                    $"{filter.Path} could not be set to {filter.Value}",
                    await host.Files.WriteAsync(filter.Path, filter.Value, cancellationToken)
                );
            default:
                throw new UnreachableException($"{operation}");
        }
    }

    private static bool Same(LinkChangesOf one, LinkChangesOf other) =>
        one.ReversePathFilter == other.ReversePathFilter
        && one.Names.SequenceEqual(other.Names, StringComparer.Ordinal)
        && one.Addresses.SequenceEqual(other.Addresses, StringComparer.Ordinal);
}

/// <summary>A change that failed.</summary>
/// <param name="What">What.</param>
/// <param name="Error">What the kernel said.</param>
internal sealed record LinkFailure(string What, Errno Error)
{
    /// <summary>A failure, unless there was none.</summary>
    public static LinkFailure? Of(string what, Errno error) => error == Errno.None ? null : new LinkFailure(what, error);
}

/// <summary>
/// Alternative names that the kernel did not take. Each is tried again after a while, and none where
/// the kernel has no such names at all. Safe for concurrent use.
/// </summary>
/// <param name="pause">For how long a name is not tried again.</param>
/// <param name="time">The clock.</param>
internal sealed class NameRefusals(TimeSpan pause, TimeProvider time)
{
    private const string TooOld = "the kernel has no alternative names (Linux 5.5).";
    private readonly ConcurrentDictionary<(int Link, string Name), (string Why, long Since)> _refused = new();
    private bool _isTooOld;

    /// <summary>Notes how an attempt ended.</summary>
    public void Note(int linkIndex, string name, Errno error)
    {
        if (error == Errno.None)
        {
            _refused.TryRemove((linkIndex, name), out _);
            return;
        }

        if (error == Errno.NotSupported)
        {
            Volatile.Write(ref _isTooOld, true);
        }

        var why = error == Errno.Exists ? "another link has it." : $"the kernel does not take it ({SysfsFailure.Name(error)}).";
        _refused[(linkIndex, name)] = (why, time.GetTimestamp());
    }

    /// <summary>Names that a link is not given at present, and why.</summary>
    public IReadOnlyDictionary<string, string> Of(int linkIndex, IEnumerable<string> names)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (Volatile.Read(ref _isTooOld))
            {
                found[name] = TooOld;
            }
            else if (_refused.TryGetValue((linkIndex, name), out var refused))
            {
                if (time.GetElapsedTime(refused.Since) < pause)
                {
                    found[name] = refused.Why;
                }
                else
                {
                    _refused.TryRemove((linkIndex, name), out _);
                }
            }
        }

        return found;
    }
}
