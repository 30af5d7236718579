namespace MultiEni.Cli.Tests;

internal sealed record CommandRunOptions
{
    public Dictionary<string, string> Environment { get; init; } = [];

    public string Input { get; init; } = "";

    public bool Terminal { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
