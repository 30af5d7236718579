using System.Text.Json;
using System.Text.Json.Serialization;
using MultiEni.Manager.Binding;
using MultiEni.Manager.Host;

namespace MultiEni.Manager.Links;

/// <summary>
/// What this program has added to links, on disk before it is added, so that a successor removes
/// exactly that. Of an earlier boot nothing is left to remove.
/// </summary>
/// <param name="path">The file; need not exist.</param>
/// <param name="before">
/// Called before each write with the name of the point; lets tests end the program there.
/// </param>
internal sealed class LinkRecord(string path, Action<string>? before)
{
    private readonly Lock _lock = new();
    private LinkRecordFile? _read;

    /// <summary>The record's file beside the journal.</summary>
    public static string PathBeside(string journal) => Path.Combine(Path.GetDirectoryName(journal) ?? "", "link-changes.json");

    /// <summary>What was added to a link in this boot.</summary>
    public LinkChangesOf Of(string bootId, Link link)
    {
        lock (_lock)
        {
            return Read() is var file && file.BootId == bootId && file.Links.Find(entry => entry.IsOf(link)) is { } found
                ? found
                : new LinkChangesOf();
        }
    }

    /// <summary>Everything of this boot.</summary>
    public IReadOnlyList<LinkChangesOf> All(string bootId)
    {
        lock (_lock)
        {
            return Read() is var file && file.BootId == bootId ? [.. file.Links] : [];
        }
    }

    /// <summary>Notes what a link has, or is about to get.</summary>
    /// <exception cref="JournalException">
    /// The disk does not take it; nothing may be changed.
    /// </exception>
    public void Save(string bootId, Link link, LinkChangesOf changes)
    {
        lock (_lock)
        {
            var old = Read();
            var kept = old.BootId == bootId ? old.Links.Where(entry => !entry.IsOf(link)) : [];
            var entry = changes with { LinkIndex = link.Index, MacAddress = link.MacAddress };
            var next = new LinkRecordFile { BootId = bootId, Links = [.. kept, .. entry.IsEmpty ? Array.Empty<LinkChangesOf>() : [entry]] };
            before?.Invoke("link record");
            try
            {
                DurableFile.Replace(path, JsonSerializer.Serialize(next, LinkRecordJson.Default.LinkRecordFile) + "\n");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new JournalException(path, error);
            }

            _read = next;
        }
    }

    // A record that cannot be read is as good as none: what the kernel does not tell to be ours then
    // stays, which harms nobody.
    private LinkRecordFile Read()
    {
        try
        {
            return _read ??=
                DurableFile.Read(path) is { } text && JsonSerializer.Deserialize(text, LinkRecordJson.Default.LinkRecordFile) is { } file
                    ? file
                    : new LinkRecordFile();
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return _read = new LinkRecordFile();
        }
    }
}

/// <summary>The record as stored.</summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record LinkRecordFile
{
    /// <summary>The boot in which it holds.</summary>
    public string BootId { get; set; } = "";

    /// <summary>One entry for each link.</summary>
    public List<LinkChangesOf> Links { get; set; } = [];
}

/// <summary>What was added to one link.</summary>
/// <remarks>A wire type: setters, see <c>ObjectMeta</c>.</remarks>
internal sealed record LinkChangesOf
{
    /// <summary>The kernel's number of the link.</summary>
    public int LinkIndex { get; set; }

    /// <summary>Its hardware address.</summary>
    public string MacAddress { get; set; } = "";

    /// <summary>Alternative names.</summary>
    public List<string> Names { get; set; } = [];

    /// <summary>Addresses.</summary>
    public List<string> Addresses { get; set; } = [];

    /// <summary>The reverse path filter before it was changed; null when it was not.</summary>
    public string? ReversePathFilter { get; set; }

    /// <summary>Whether there is nothing to remove.</summary>
    [JsonIgnore]
    public bool IsEmpty => Names.Count == 0 && Addresses.Count == 0 && ReversePathFilter is null;

    /// <summary>Whether it is about this link and not one that got its number later.</summary>
    public bool IsOf(Link link) => LinkIndex == link.Index && MacAddress == link.MacAddress;

    /// <summary>Whether an address of the link is ours.</summary>
    public bool Has(LinkAddress address) =>
        address.Protocol == OwnProtocol.Number
        || (address.Protocol == 0 && address.LinkIndex == LinkIndex && Addresses.Contains(address.Address, StringComparer.Ordinal));

    /// <summary>The same with what these operations are going to add.</summary>
    public LinkChangesOf Before(IEnumerable<LinkOperation> operations)
    {
        var next = this with { Names = [.. Names], Addresses = [.. Addresses] };
        foreach (var operation in operations)
        {
            switch (operation)
            {
                case LinkOperation.Add { Item: NetworkItem.AlternativeName name } when !next.Names.Contains(name.Name):
                    next.Names.Add(name.Name);
                    break;
                case LinkOperation.Add { Item: NetworkItem.Address address } when !next.Addresses.Contains(address.Value.Address):
                    next.Addresses.Add(address.Value.Address);
                    break;
                case LinkOperation.SetReversePathFilter filter:
                    next.ReversePathFilter ??= filter.Before;
                    break;
            }
        }

        return next;
    }

    /// <summary>The same without what these operations have removed.</summary>
    public LinkChangesOf After(IEnumerable<LinkOperation> operations)
    {
        var next = this with { Names = [.. Names], Addresses = [.. Addresses] };
        foreach (var operation in operations)
        {
            switch (operation)
            {
                case LinkOperation.Remove { Item: NetworkItem.AlternativeName name }:
                    next.Names.Remove(name.Name);
                    break;
                case LinkOperation.Remove { Item: NetworkItem.Address address }:
                    next.Addresses.Remove(address.Value.Address);
                    break;
                case LinkOperation.SetReversePathFilter filter when filter.Value == ReversePathFilter:
                    next.ReversePathFilter = null;
                    break;
            }
        }

        return next;
    }
}

/// <summary>How the record is written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LinkRecordFile))]
internal sealed partial class LinkRecordJson : JsonSerializerContext;
