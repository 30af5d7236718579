using System.Globalization;
using System.Text;
using MultiEni.Ipam.Protocol;

namespace MultiEni.Manager.Setup;

/// <summary>
/// Version of the CNI plugin (Semantic Versioning), as its file has it, which is not run for it.
/// </summary>
internal sealed class PluginVersion
{
    private const int Longest = 64;
    private readonly string _text;
    private readonly string[] _numbers;
    private readonly string[] _preRelease;

    private PluginVersion(string text)
    {
        _text = text;
        var core = text.Split('+')[0];
        var dash = core.IndexOf('-', StringComparison.Ordinal);
        _numbers = (dash < 0 ? core : core[..dash]).Split('.');
        _preRelease = dash < 0 ? [] : core[(dash + 1)..].Split('.');
    }

    /// <summary>The version in a plugin's file; null when it has none.</summary>
    public static PluginVersion? Find(ReadOnlySpan<byte> file)
    {
        var marker = Encoding.UTF8.GetBytes(IpamPaths.VersionMarker);
        var start = file.IndexOf(marker);
        if (start < 0)
        {
            return null;
        }

        var rest = file[(start + marker.Length)..];
        var end = rest[..Math.Min(rest.Length, Longest)].IndexOf((byte)';');
        return end > 0 && char.IsAsciiDigit((char)rest[0]) ? new PluginVersion(Encoding.UTF8.GetString(rest[..end])) : null;
    }

    /// <summary>Whether this one came later.</summary>
    public bool IsNewerThan(PluginVersion other)
    {
        var numbers = Compare(_numbers, other._numbers);
        // A release is later than its pre-releases.
        var order =
            numbers != 0 ? numbers
            : _preRelease.Length == 0 || other._preRelease.Length == 0 ? other._preRelease.Length.CompareTo(_preRelease.Length)
            : Compare(_preRelease, other._preRelease);
        return order > 0;
    }

    /// <inheritdoc />
    public override string ToString() => _text;

    private static int Compare(string[] left, string[] right)
    {
        for (var index = 0; index < Math.Min(left.Length, right.Length); index++)
        {
            var isNumber = TryParse(left[index], out var number) & TryParse(right[index], out var other);
            var order = isNumber ? number.CompareTo(other) : string.CompareOrdinal(left[index], right[index]);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static bool TryParse(string text, out ulong number) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
