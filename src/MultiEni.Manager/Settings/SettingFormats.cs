using System.Text.RegularExpressions;
using MultiEni.Manager.Devices;
using MultiEni.Manager.Pods;

namespace MultiEni.Manager.Settings;

/// <summary>
/// How values of settings are written. Each throws a <see cref="FormatException"/> whose message is
/// what was expected.
/// </summary>
internal static class SettingFormats
{
    /// <summary>A regular expression.</summary>
    public static Regex Pattern(string text)
    {
        try
        {
            return new Regex(text, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException error)
        {
            throw new FormatException($"a regular expression ({error.Message})", error);
        }
    }

    /// <summary>An absolute path.</summary>
    public static string AbsolutePath(string text) => Path.IsPathFullyQualified(text) ? text : throw new FormatException("an absolute path");

    /// <summary><c>vendor:device,...</c></summary>
    public static IReadOnlyList<PciIds> Ids(string text) => [.. Parts(text).Select(PciIds.Parse)];

    /// <summary><c>key=value,...</c></summary>
    public static IReadOnlyList<PodLabel> Labels(string text) => [.. Parts(text).Select(PodLabel.Parse)];

    /// <summary><c>interface:value,...</c></summary>
    public static Dictionary<string, string> Pairs(string text)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in Parts(text))
        {
            var colon = part.IndexOf(':');
            if (colon <= 0 || colon == part.Length - 1)
            {
                throw new FormatException($"interface:value,... and not '{part}'");
            }

            pairs[part[..colon].Trim()] = part[(colon + 1)..].Trim();
        }

        return pairs;
    }

    /// <summary><c>interface:mtu,...</c></summary>
    public static Dictionary<string, int> Mtus(string text) =>
        Pairs(text)
            .ToDictionary(
                pair => pair.Key,
                pair =>
                    int.TryParse(pair.Value, out var mtu) && mtu is >= 576 and <= 9216
                        ? mtu
                        : throw new FormatException($"an MTU between 576 and 9216 for {pair.Key}"),
                StringComparer.Ordinal
            );

    private static string[] Parts(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
