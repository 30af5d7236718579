namespace MultiEni.Operator.Logging;

/// <summary>How a log line looks.</summary>
public enum LogFormat
{
    /// <summary>For people: time, level, source, message, fields.</summary>
    Text,

    /// <summary>For machines: one JSON object.</summary>
    Json,
}
