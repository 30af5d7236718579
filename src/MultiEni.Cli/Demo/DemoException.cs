namespace MultiEni.Cli.Demo;

/// <summary>The demo cannot go on, or did not end as it should; the message says why.</summary>
internal sealed class DemoException(string message) : Exception(message);
