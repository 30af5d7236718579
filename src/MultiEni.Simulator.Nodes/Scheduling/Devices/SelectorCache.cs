using MultiEni.Simulator.Kubernetes.Devices;

namespace MultiEni.Simulator.Nodes.Scheduling.Devices;

/// <summary>Compiled expressions; there are few, and they are used for every device.</summary>
internal sealed class SelectorCache
{
    private readonly Dictionary<string, DeviceSelector> _selectors = new(StringComparer.Ordinal);

    internal DeviceSelector Get(string expression)
    {
        if (!_selectors.TryGetValue(expression, out var selector))
        {
            _selectors[expression] = selector = DeviceSelector.Compile(expression);
        }

        return selector;
    }
}
