using System.Text.RegularExpressions;

namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>The regular expressions of one rule: those written in it are compiled once.</summary>
internal sealed class CelPatterns
{
    private readonly Dictionary<string, Regex> constants = new(StringComparer.Ordinal);

    /// <summary>Compiles a pattern that the rule is written with.</summary>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    public void Add(string pattern) => constants[pattern] = Re2Pattern.Compile(pattern);

    public CelValue IsMatch(string pattern, string text) => Get(pattern) is { } regex ? CelValue.Of(regex.IsMatch(text)) : Malformed(pattern);

    public CelValue Find(string pattern, string text) => Get(pattern) is { } regex ? CelValue.Of(regex.Match(text).Value) : Malformed(pattern);

    private static CelValue Malformed(string pattern) => CelValue.Error($"error parsing regexp: `{pattern}`");

    private Regex? Get(string pattern)
    {
        if (constants.TryGetValue(pattern, out var regex))
        {
            return regex;
        }

        try
        {
            return Re2Pattern.Compile(pattern);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
