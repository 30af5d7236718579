using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Operator.Logging;

namespace MultiEni.Operator.Tests.Logging;

public sealed class ConsoleLoggingTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));
    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void A_JSON_line_has_the_values_as_fields()
    {
        using (var loggers = ConsoleLogging.Create(LogFormat.Json, LogLevel.Information, _output, _time))
        {
            var logger = loggers.CreateLogger("Eni.Controller");
            using var scope = logger.BeginScope(new Dictionary<string, object?> { ["node"] = "n1" });
            logger.LogWarning(new InvalidOperationException("two\nlines"), "Attach of {Eni} failed {Attempt} times", "eni-1", 3);
            logger.LogDebug("not shown");
        }

        var line = Assert.Single(Lines());
        var json = JsonNode.Parse(line)!;
        Assert.Equal("2026-01-02T03:04:05.678Z", (string?)json["time"]);
        Assert.Equal("warning", (string?)json["level"]);
        Assert.Equal("Attach of eni-1 failed 3 times", (string?)json["message"]);
        Assert.Equal(("n1", "eni-1", 3), ((string?)json["node"], (string?)json["Eni"], (int?)json["Attempt"]));
        Assert.Contains("two\nlines", (string?)json["exception"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_line_is_one_line_and_shows_what_the_message_does_not()
    {
        using (var loggers = ConsoleLogging.Create(LogFormat.Text, LogLevel.Information, _output, _time))
        {
            var logger = loggers.CreateLogger("Eni.Controller");
            using var scope = logger.BeginScope(new Dictionary<string, object?> { ["nodeENI"] = "my eni" });
            logger.LogInformation("Attached {Eni}\nat last", "eni-1");
        }

        Assert.Equal("2026-01-02T03:04:05.678Z INFO    Controller: Attached eni-1 | at last nodeENI=\"my eni\"", Assert.Single(Lines()));
    }

    [Fact]
    public void The_web_servers_chatter_is_left_out()
    {
        using (var loggers = ConsoleLogging.Create(LogFormat.Text, LogLevel.Trace, _output, _time))
        {
            loggers.CreateLogger("Microsoft.AspNetCore").LogInformation("request");
        }

        Assert.Empty(Lines());
    }

    private string[] Lines() => _output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
