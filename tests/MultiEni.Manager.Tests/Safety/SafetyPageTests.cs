using System.Text.RegularExpressions;

namespace MultiEni.Manager.Tests.Safety;

/// <summary>
/// Each rule of <c>docs/safety.md</c> names the tests that hold it, and they exist.
/// </summary>
public sealed partial class SafetyPageTests
{
    [Fact]
    public void Each_rule_names_tests_that_exist()
    {
        var tests = typeof(SafetyPageTests)
            .Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttributes(typeof(FactAttribute), inherit: true).Length > 0)
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
        var rules = Row().Matches(File.ReadAllText(Path.Combine(Repository.Folder, "docs", "safety.md"))).ToList();
        Assert.Equal(Enumerable.Range(1, 13).Select(number => $"S{number}"), rules.Select(row => row.Groups["rule"].Value));
        Assert.All(
            rules,
            row =>
            {
                Assert.NotEmpty(row.Groups["test"].Captures);
                Assert.All(row.Groups["test"].Captures, test => Assert.Contains(test.Value, tests));
            }
        );
    }

    [GeneratedRegex(
        @"^\| (?<rule>S\d+) \|[^|]*\|[^|]*\| (`(?<test>\w+)`(, )?)+ \|$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Row();
}
