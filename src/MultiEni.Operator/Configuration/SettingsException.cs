namespace MultiEni.Operator.Configuration;

/// <summary>The program cannot start with these settings; one line for each thing that is wrong.</summary>
public sealed class SettingsException(IReadOnlyList<string> errors) : Exception(string.Join('\n', errors))
{
    /// <summary>Name, value and what is allowed, for each bad setting.</summary>
    public IReadOnlyList<string> Errors { get; } = errors;
}
