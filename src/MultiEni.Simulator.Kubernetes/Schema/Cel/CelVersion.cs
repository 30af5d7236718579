using System.Globalization;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>A semantic version. https://semver.org</summary>
internal sealed record CelVersion(ulong Major, ulong Minor, ulong Patch, string PreRelease, string Build)
{
    /// <summary>The version, or the failure.</summary>
    public static object Parse(string text)
    {
        var build = text.Split('+', 2);
        var release = build[0].Split('-', 2);
        var numbers = release[0].Split('.');
        return
            numbers.Length == 3
            && TryRead(numbers[0], out var major)
            && TryRead(numbers[1], out var minor)
            && TryRead(numbers[2], out var patch)
            && AreIdentifiers(release, canHaveZeros: false)
            && AreIdentifiers(build, canHaveZeros: true)
            ? new CelVersion(major, minor, patch, release.ElementAtOrDefault(1) ?? "", build.ElementAtOrDefault(1) ?? "")
            : new CelError((string?)null);
    }

    /// <summary><c>major</c>, <c>minor</c> or <c>patch</c>.</summary>
    public object Part(string name) =>
        (long)(
            name switch
            {
                "major" => Major,
                "minor" => Minor,
                _ => Patch,
            }
        );

    // A build has no place in the order.
    public bool Equals(CelVersion? other) => other is not null && Compare(this, other) == 0;

    public override int GetHashCode() => HashCode.Combine(Major, Minor, Patch, PreRelease);

    /// <summary>Negative, zero or positive.</summary>
    public static int Compare(CelVersion left, CelVersion right)
    {
        var numbers = (left.Major, left.Minor, left.Patch).CompareTo((right.Major, right.Minor, right.Patch));
        return numbers != 0 ? numbers
            : left.PreRelease.Length == 0 || right.PreRelease.Length == 0 ? (left.PreRelease.Length == 0).CompareTo(right.PreRelease.Length == 0)
            : ComparePreReleases(left.PreRelease.Split('.'), right.PreRelease.Split('.'));
    }

    private static int ComparePreReleases(string[] left, string[] right)
    {
        foreach (var (mine, others) in left.Zip(right))
        {
            var (isNumber, areNumbers) = (TryRead(mine, out var number), TryRead(others, out var otherNumber));
            var order =
                isNumber && areNumbers ? number.CompareTo(otherNumber)
                : isNumber != areNumbers ? areNumbers.CompareTo(isNumber)
                : string.CompareOrdinal(mine, others);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length.CompareTo(right.Length);
    }

    private static bool AreIdentifiers(string[] parts, bool canHaveZeros) =>
        parts.Length < 2
        || parts[1]
            .Split('.')
            .All(part =>
                part.Length > 0
                && part.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
                && (canHaveZeros || !part.All(char.IsAsciiDigit) || part == "0" || part[0] != '0')
            );

    private static bool TryRead(string text, out ulong number) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && (text == "0" || text[0] != '0');
}
