using Microsoft.Extensions.Logging;

namespace MultiEni.Operator.Logging;

/// <summary>The logger of one category.</summary>
internal sealed class LineLogger(string category, LineLoggerProvider provider) : ILogger
{
    private const string Template = "{OriginalFormat}";

    /// <inheritdoc />
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => provider.Scopes.Push(state);

    /// <inheritdoc />
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    /// <inheritdoc />
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var fields = new List<KeyValuePair<string, object?>>();
        provider.Scopes.ForEachScope(static (scope, fields) => AddFields(fields, scope), fields);
        AddFields(fields, state);
        provider.Write(new LogLine(logLevel, category, eventId.Id, formatter(state, exception), fields, exception));
    }

    private static void AddFields(List<KeyValuePair<string, object?>> fields, object? state)
    {
        if (state is IEnumerable<KeyValuePair<string, object?>> values)
        {
            foreach (var value in values)
            {
                if (value.Key != Template)
                {
                    // The innermost value of a name wins.
                    fields.RemoveAll(field => field.Key == value.Key);
                    fields.Add(value);
                }
            }
        }
    }
}

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
