using System.Globalization;
using System.Text;

namespace MultiEni.Simulator.Kubernetes.Schema;

/// <summary>
/// Where a walk through an object stands. Becomes text only when there is something to report.
/// </summary>
internal sealed class FieldPath
{
    /// <summary>What the API server writes for the object itself.</summary>
    public const string Root = "<nil>";

    private readonly List<Step> _steps = [];

    private readonly record struct Step(string? Name, int Index, bool IsKey);

    public void EnterField(string name) => Enter(name, isKey: false);

    public void Enter(string name, bool isKey) => _steps.Add(new(name, 0, isKey));

    public void EnterItem(int index) => _steps.Add(new(null, index, IsKey: false));

    public void Leave() => _steps.RemoveAt(_steps.Count - 1);

    /// <summary>
    /// With keys of maps as fields: <c>spec.tags.owner</c>. So writes the part of the API server
    /// that checks values.
    /// </summary>
    public string ToDotted() => Write(bracketKeys: false);

    /// <summary>
    /// With keys of maps in brackets: <c>spec.tags[owner]</c>. So write the parts that check rules
    /// and lists.
    /// </summary>
    public string ToBracketed() => Write(bracketKeys: true);

    private string Write(bool bracketKeys)
    {
        if (_steps.Count == 0)
        {
            return Root;
        }

        var text = new StringBuilder();
        foreach (var step in _steps)
        {
            if (step.Name is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{step.Index}]");
            }
            else if (step.IsKey && bracketKeys)
            {
                text.Append('[').Append(step.Name).Append(']');
            }
            else
            {
                text.Append(text.Length == 0 ? "" : ".").Append(step.Name);
            }
        }

        return text.ToString();
    }
}
