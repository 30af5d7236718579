using Microsoft.Extensions.Logging;

namespace MultiEni.Operator.Logging;

/// <summary>Writes each event as one line, whole, whoever else logs at the same time.</summary>
internal sealed class LineLoggerProvider(LogFormat format, TextWriter output, TimeProvider time) : ILoggerProvider, ISupportExternalScope
{
    private readonly Lock _turn = new();

    /// <summary>The scopes that are open; their values become fields.</summary>
    public IExternalScopeProvider Scopes { get; private set; } = new LoggerExternalScopeProvider();

    /// <inheritdoc />
    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName, this);

    /// <inheritdoc />
    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => Scopes = scopeProvider;

    /// <inheritdoc />
    public void Dispose() => output.Flush();

    /// <summary>Writes one event.</summary>
    public void Write(LogLine line)
    {
        var stamped = line with { Time = time.GetUtcNow().UtcDateTime };
        var text = format == LogFormat.Json ? stamped.ToJson() : stamped.ToText();
        lock (_turn)
        {
            output.WriteLine(text);
            output.Flush();
        }
    }
}
