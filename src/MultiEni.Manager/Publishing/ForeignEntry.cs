namespace MultiEni.Manager.Publishing;

/// <summary>An entry of the device plugin's file that is not ours.</summary>
/// <param name="Index">Its place in <c>resourceList</c>, from 0.</param>
/// <param name="Resource">The resource that it makes.</param>
internal sealed record ForeignEntry(int Index, string Resource)
{
    /// <summary>As a person finds it in the file.</summary>
    public override string ToString() => $"resourceList[{Index}] (resource {Resource})";
}
