using Microsoft.Extensions.Logging;
using MultiEni.Operator.Configuration;

namespace MultiEni.Operator.Logging;

/// <summary>
/// The log of a program: one line an event on standard error, UTC, with the event's values as
/// fields.
/// </summary>
public static class ConsoleLogging
{
    private static readonly (string Word, LogLevel Level)[] Levels =
    [
        ("trace", LogLevel.Trace),
        ("debug", LogLevel.Debug),
        ("info", LogLevel.Information),
        ("warning", LogLevel.Warning),
        ("warn", LogLevel.Warning),
        ("error", LogLevel.Error),
    ];

    /// <summary>
    /// Asks for <c>LOG_FORMAT</c> (<c>json</c> or <c>text</c>) and <c>LOG_LEVEL</c> and makes the
    /// factory.
    /// </summary>
    /// <param name="settings">Where the settings are read.</param>
    /// <param name="time">Clock of the lines.</param>
    /// <param name="development">
    /// Whether the defaults are those of a developer: text, and debug messages too.
    /// </param>
    public static ILoggerFactory Create(SettingsReader settings, TimeProvider time, bool development = false)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var format = settings.Choice(null, "LOG_FORMAT", development ? "text" : "json", ["json", "text"], "Form of the log lines.");
        var words = Levels.Select(level => level.Word).ToList();
        var word = settings.Choice(null, "LOG_LEVEL", development ? "debug" : "info", words, "Least severity that is logged.");
        var minimum = Levels.First(level => level.Word == word).Level;
        return Create(format == "json" ? LogFormat.Json : LogFormat.Text, minimum, Console.Error, time);
    }

    /// <summary>A factory that writes to <paramref name="output"/>.</summary>
    public static ILoggerFactory Create(LogFormat format, LogLevel minimum, TextWriter output, TimeProvider time) =>
        LoggerFactory.Create(builder =>
            builder
                .SetMinimumLevel(minimum)
                // The web server's and the HTTP client's own chatter says nothing about the
                // product.
                .AddFilter("Microsoft", LogLevel.Warning)
                .AddFilter("System", LogLevel.Warning)
                .AddProvider(new LineLoggerProvider(format, output, time))
        );
}
