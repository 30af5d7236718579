using System.Diagnostics.Metrics;

namespace MultiEni.Operator.Tests;

/// <summary>Metrics that nobody collects.</summary>
internal static class TestMetrics
{
    public static OperatorMetrics New() => new(new Meter("test"));
}
