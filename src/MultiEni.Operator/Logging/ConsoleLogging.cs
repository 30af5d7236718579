using Microsoft.Extensions.Logging;
using MultiEni.Operator.Configuration;

namespace MultiEni.Operator.Logging;

/// <summary>The log of a program: one line an event on standard error, UTC, with the event's values as fields.</summary>
public static class ConsoleLogging
{
    /// <summary>Asks for <c>LOG_FORMAT</c> (<c>json</c> or <c>text</c>) and <c>LOG_LEVEL</c> and makes the factory.</summary>
    public static ILoggerFactory Create(SettingsReader settings, TimeProvider time) =>
        throw new NotImplementedException();

    /// <summary>A factory that writes to <paramref name="output"/>.</summary>
    public static ILoggerFactory Create(
        LogFormat format,
        LogLevel minimum,
        TextWriter output,
        TimeProvider time
    ) => throw new NotImplementedException();
}
