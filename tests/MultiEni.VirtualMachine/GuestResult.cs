namespace MultiEni.VirtualMachine;

/// <summary>What a command in the machine came to.</summary>
/// <param name="Status">Its exit status.</param>
/// <param name="Output">What it wrote, errors included.</param>
public sealed record GuestResult(int Status, string Output)
{
    /// <summary>The output without the newline at its end.</summary>
    public string Text => Output.TrimEnd('\n');
}
