using System.Reflection;
using MultiEni.Api;
using MultiEni.Cli.Explain;
using MultiEni.Controller;
using MultiEni.Manager;

namespace MultiEni.Cli.Tests.Explain;

/// <summary>Whoever adds a reason tells users what to do about it.</summary>
public class ReasonCoverageTests
{
    private static readonly IReadOnlyList<string> Known = [.. FindReasons().Order(StringComparer.Ordinal)];

    [Fact]
    public void Every_reason_has_an_entry()
    {
        var missing = Known.Where(reason => ReasonGuide.Current.Find(reason) is null).ToList();

        Assert.True(
            missing.Count == 0,
            $"""
            These reasons have no entry: {string.Join(", ", missing)}.
            Add to src/MultiEni.Cli/Explain/reasons.md, below the symptom that a user sees (or below "Nothing is wrong", then one sentence is enough):

            ## {missing.FirstOrDefault()}
            What is the case, in a sentence or two.

            Causes
            - Why it may be so.

            Remedy
            - What to do, with the command or the setting.

            Then run eng/generate-docs.sh and commit docs/troubleshooting.md too.
            """
        );
    }

    [Fact]
    public void Every_entry_is_about_a_reason_that_exists()
    {
        var stale = ReasonGuide.Current.Entries.Select(entry => entry.Reason).Except(Known, StringComparer.Ordinal).ToList();

        Assert.True(
            stale.Count == 0,
            $"src/MultiEni.Cli/Explain/reasons.md has sections for reasons that no longer exist: {string.Join(", ", stale)}. Remove them and run eng/generate-docs.sh."
        );
    }

    [Fact]
    public void The_search_for_reasons_finds_those_of_all_parts()
    {
        Assert.Contains(nameof(Reasons.SubnetFull), Known);
        Assert.Contains(nameof(Reasons.DpdkDisabled), Known);
    }

    [Theory]
    [InlineData("Missing DPDK drivers", Reasons.DriverModuleUnavailable)]
    [InlineData("PCI address not found", Reasons.PciDeviceNotFound)]
    [InlineData("Binding script not found", Reasons.BindingScriptNotFound)]
    [InlineData("Insufficient permissions", Reasons.InsufficientPermissions)]
    [InlineData("Concurrent binding operations", Reasons.ConcurrentOperation)]
    [InlineData("Device already bound", Reasons.ForeignBinding)]
    public void The_issues_of_the_users_guide_are_found_by_their_names(string issue, string reason)
    {
        Assert.Equal(issue, ReasonGuide.Current.Find(reason)!.Issue);
        Assert.Contains(reason, ReasonGuide.Current.Near(issue));
    }

    // The convention: reasons are constants of a static class whose name ends with Reasons.
    private static IEnumerable<string> FindReasons() =>
        new[] { typeof(Reasons).Assembly, typeof(ControllerApp).Assembly, typeof(ManagerApp).Assembly }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsAbstract: true, IsSealed: true } && type.Name.EndsWith("Reasons", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Where(field => field is { IsLiteral: true } && field.FieldType == typeof(string))
            .Select(field => (string)field.GetRawConstantValue()!)
            .Distinct(StringComparer.Ordinal);
}
