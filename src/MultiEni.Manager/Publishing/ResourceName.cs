using System.Diagnostics.CodeAnalysis;

namespace MultiEni.Manager.Publishing;

/// <summary>
/// An extended resource, <c>prefix/name</c>, as pods request it
/// (docs/reference/sriov-device-plugin.md#resource-names).
/// </summary>
internal readonly record struct ResourceName : IParsable<ResourceName>
{
    private const string DefaultPrefix = "intel.com";
    private const int NameLimit = 63;

    private ResourceName(string prefix, string name)
    {
        Prefix = prefix;
        Name = name;
    }

    /// <summary>The part before the slash, a DNS name.</summary>
    public string Prefix { get; }

    /// <summary>
    /// The part after the slash: letters, digits, hyphens and underscores, which is all that the
    /// device plugin takes.
    /// </summary>
    public string Name { get; }

    /// <summary>
    /// Whether the name has a hyphen, on which releases of the SR-IOV device plugin before 3.6 end.
    /// </summary>
    public bool HasHyphen => Name.Contains('-', StringComparison.Ordinal);

    /// <summary>Reads a name; without a slash the prefix is <c>intel.com</c>.</summary>
    /// <exception cref="FormatException">It is none; the message says what is allowed.</exception>
    public static ResourceName Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var name)
            ? name
            : throw new FormatException(
                $"'{s}' is not a resource name; write prefix/name with a DNS name and at most {NameLimit} letters, digits, hyphens or underscores, the first and the last a letter or digit, such as intel.com/dpdk_1."
            );

    /// <summary>Reads a name; without a slash the prefix is <c>intel.com</c>.</summary>
    /// <exception cref="FormatException">It is none; the message says what is allowed.</exception>
    public static ResourceName Parse(string s) => Parse(s, null);

    /// <inheritdoc />
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ResourceName result)
    {
        result = default;
        var parts = s?.Trim().Split('/') ?? [];
        var (prefix, name) = parts switch
        {
            [var only] => (DefaultPrefix, only),
            [var first, var second] => (first, second),
            _ => ("", ""),
        };
        if (!IsPrefix(prefix) || !IsName(name))
        {
            return false;
        }

        result = new ResourceName(prefix, name);
        return true;
    }

    /// <summary><c>prefix/name</c>.</summary>
    public override string ToString() => $"{Prefix}/{Name}";

    private static bool IsPrefix(string prefix) =>
        prefix.Length is > 0 and <= 253
        && prefix != "kubernetes.io"
        && !prefix.EndsWith(".kubernetes.io", StringComparison.Ordinal)
        && !prefix.StartsWith("requests.", StringComparison.Ordinal)
        && prefix
            .Split('.')
            .All(label =>
                label.Length is > 0 and <= 63
                && label.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-')
                && label[0] != '-'
                && label[^1] != '-'
            );

    // The kubelet takes no name that begins or ends with a hyphen or an underscore.
    private static bool IsName(string name) =>
        name.Length is > 0 and <= NameLimit && name.All(IsNameCharacter) && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_';
}
