namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>Where in the text of a rule something stands. Takes no part in equality: two expressions that say the same are equal.</summary>
/// <param name="Offset">UTF-16 units from the start of the text.</param>
public readonly record struct SourcePosition(int Offset)
{
    /// <summary>Always true.</summary>
    public bool Equals(SourcePosition other) => true;

    /// <inheritdoc />
    public override int GetHashCode() => 0;
}
