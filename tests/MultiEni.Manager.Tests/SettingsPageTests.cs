using System.Text.RegularExpressions;
using MultiEni.Manager.Settings;
using MultiEni.Operator.Configuration;
using MultiEni.Operator.Logging;

namespace MultiEni.Manager.Tests;

/// <summary><c>docs/manager-settings.md</c> says of each setting what <c>--help</c> says.</summary>
public sealed partial class SettingsPageTests
{
    [Fact]
    public void The_page_and_the_help_name_the_same_settings_with_the_same_defaults()
    {
        var page = Read(PageEntry(), File.ReadAllText(Path.Combine(Repository.Folder, "docs", "manager-settings.md")));
        var help = Read(HelpEntry(), Help());
        Assert.Contains("--check-interval", help.Keys);
        Assert.Equal(help.Keys.Order(StringComparer.Ordinal), page.Keys.Order(StringComparer.Ordinal));
        Assert.All(help, setting => Assert.Equal(setting, KeyValuePair.Create(setting.Key, page[setting.Key])));
    }

    // By the first name, which is the flag where there is one.
    private static Dictionary<string, (string Names, string Default)> Read(Regex entry, string text) =>
        entry
            .Matches(text)
            .Select(match => (Names: match.Groups["name"].Captures.Select(name => name.Value), Default: match.Groups["default"].Value))
            .ToDictionary(setting => setting.Names.First(), setting => (string.Join(' ', setting.Names), setting.Default), StringComparer.Ordinal);

    private static string Help()
    {
        var reader = new SettingsReader("eni-manager", ["--help"], _ => null);
        reader.Boolean("debug", "DEBUG", false, "Log more");
        using var loggers = ConsoleLogging.Create(reader, TimeProvider.System);
        ManagerSettings.Read(reader, _ => null);
        return reader.Help("").Replace($"default {System.Net.Dns.GetHostName()})", "default the machine's name)", StringComparison.Ordinal);
    }

    // * `--flag` · `VARIABLE` · default `value`
    [GeneratedRegex(
        @"^\* `(?<name>[^`]+)`( · `(?<name>[^`]+)`)?( · default `(?<default>[^`]*)`)?$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex PageEntry();

    [GeneratedRegex(
        @"^  (?<name>-?[\w-]+)(, (?<name>\w+))?\n.*?(; default (?<default>.*))?\)$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex HelpEntry();
}
