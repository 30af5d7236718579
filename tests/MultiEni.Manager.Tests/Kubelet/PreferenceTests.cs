using MultiEni.Manager.Kubelet.DevicePlugins;

namespace MultiEni.Manager.Tests.Kubelet;

public sealed class PreferenceTests
{
    // The letter is the NUMA node, and x has none.
    private static int? NumaOf(string id) => id[0] == 'x' ? null : id[0] - 'a';

    [Theory]
    [InlineData("a2 a1 b1", "", 1, "b1")]
    [InlineData("a2 a1 b1", "", 2, "a1 a2")]
    [InlineData("a1 b2 b1 a2 a3", "", 2, "b1 b2")]
    [InlineData("a1 b1", "", 2, "a1 b1")]
    [InlineData("a1 a2 b1 b2 b3", "a1", 2, "a1 a2")]
    [InlineData("x2 x1", "", 1, "x1")]
    [InlineData("a1", "", 3, "a1")]
    [InlineData("a1 a2", "a1 a2", 1, "a1 a2")]
    [InlineData("a1 a1", "", 2, "a1")]
    [InlineData("", "", 1, "")]
    public void Devices_of_one_NUMA_node_and_the_lowest_of_them_are_preferred(string available, string required, int count, string chosen)
    {
        static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Words(chosen), Preference.Choose(new PreferenceRequest(Words(available), Words(required), count), NumaOf));
    }
}
