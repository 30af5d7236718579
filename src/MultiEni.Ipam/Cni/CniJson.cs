using System.Text.Encodings.Web;
using System.Text.Json;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Ipam.Cni;

/// <summary>
/// Reads members of a JSON object, and says of a wrong one where it is, what it is and what was
/// expected. Members that are null or empty count as absent, as Go's encoding has them.
/// </summary>
/// <param name="element">The object; undefined for one that is absent.</param>
/// <param name="path">How it is called in messages, such as <c>ipam</c>; empty at the top.</param>
internal readonly struct CniJson(JsonElement element, string path)
{
    private const int LongestValue = 80;

    /// <summary>Messages are read by people: quotes stay quotes.</summary>
    public static JsonWriterOptions Readable { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether the object is there.</summary>
    public bool Exists => element.ValueKind == JsonValueKind.Object;

    /// <summary>An object.</summary>
    public CniJson Object(string name) =>
        Member(name) is not { } member ? default
        : member.ValueKind == JsonValueKind.Object ? new CniJson(member, PathOf(name))
        : throw Unexpected(PathOf(name), member, "an object");

    /// <summary>A string.</summary>
    public string? Text(string name) => Member(name) is { } member ? TextOf(member, PathOf(name)) : null;

    /// <summary>True or false.</summary>
    public bool Flag(string name) =>
        Member(name) is { } member
        && (
            member.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? member.GetBoolean()
                : throw Unexpected(PathOf(name), member, "true or false")
        );

    /// <summary>The items of a list, each with what it is called; null when it is absent.</summary>
    public List<(JsonElement Value, string Path)>? Items(string name)
    {
        if (Member(name) is not { } member)
        {
            return null;
        }

        if (member.ValueKind != JsonValueKind.Array)
        {
            throw Unexpected(PathOf(name), member, "a list");
        }

        var whole = PathOf(name);
        return [.. member.EnumerateArray().Select((item, index) => (item, $"{whole}[{index}]"))];
    }

    /// <summary>Objects of a list; null when it is absent.</summary>
    public List<CniJson>? Objects(string name) =>
        Items(name)
            ?.ConvertAll(item =>
                item.Value.ValueKind == JsonValueKind.Object
                    ? new CniJson(item.Value, item.Path)
                    : throw Unexpected(item.Path, item.Value, "an object")
            );

    /// <summary>A member as it is; null when it is absent.</summary>
    public JsonElement? Member(string name) =>
        Exists && element.TryGetProperty(name, out var member) && member.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
            ? member
            : null;

    /// <summary>Whether there is such a member, null or not.</summary>
    public bool Has(string name) => Exists && element.TryGetProperty(name, out _);

    /// <summary>What a member is called in messages.</summary>
    public string PathOf(string name) => string.IsNullOrEmpty(path) ? name : $"{path}.{name}";

    /// <summary>The text of a value; null when it is empty.</summary>
    public static string? TextOf(JsonElement value, string path) =>
        value.ValueKind != JsonValueKind.String ? throw Unexpected(path, value, "a string")
        : value.GetString() is { Length: > 0 } text ? text
        : null;

    /// <summary>A value of the wrong kind.</summary>
    public static CniException Unexpected(string path, JsonElement value, string expected)
    {
        var text = value.GetRawText();
        return new CniException(
            new CniError(
                IpamErrorCodes.Undecodable,
                $"The network configuration has {path} = {(text.Length > LongestValue ? $"{text[..LongestValue]}..." : text)}.",
                $"{path} must be {expected}."
            )
        );
    }
}
