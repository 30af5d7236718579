using System.Text;
using CsCheck;
using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel.Dpdk;

namespace MultiEni.Manager.Tests.Kernel;

public sealed class DpdkAnswerTests
{
    [Theory]
    [InlineData("{\"/ethdev/list\":[0,1,7]}", "0 1 7")]
    [InlineData("{\"/ethdev/list\":[]}", "")]
    [InlineData("{\"/ethdev/list\":[\"0\",-1,1.5,65536,1e2,null,[2],3]}", "3")]
    [InlineData("{\"/ethdev/list\":{\"0\":1}}", "")]
    [InlineData("{\"/ethdev/info\":[1]}", "")]
    [InlineData("[1]", "")]
    [InlineData("{", "")]
    [InlineData("", "")]
    public void Ports_are_small_numbers(string answer, string ports) => Assert.Equal(ports, string.Join(' ', DpdkAnswer.ReadPorts(Bytes(answer))));

    [Theory]
    [InlineData("{\"/ethdev/info\":{\"name\":\"0000:00:06.0\",\"state\":1,\"nb_rx_queues\":2}}", true)]
    [InlineData("{\"/ethdev/info\":{\"name\":\"00:06.0\"}}", true)]
    [InlineData("{\"/ethdev/info\":{\"name\":\"0000:00:07.0\"}}", false)]
    [InlineData("{\"/ethdev/info\":{\"name\":\"net_tap0\"}}", false)]
    [InlineData("{\"/ethdev/info\":{\"name\":6}}", false)]
    [InlineData("{\"/ethdev/info\":{\"name\":\"\\ud800\"}}", false)]
    [InlineData("{\"/ethdev/info\":null}", false)]
    [InlineData("{\"/ethdev/list\":{\"name\":\"0000:00:06.0\"}}", false)]
    public void A_port_is_a_device_by_its_PCI_address(string answer, bool isDevice) =>
        Assert.Equal(isDevice, DpdkAnswer.IsDevice(Bytes(answer), A.Address));

    [Theory]
    [InlineData("{\"/ethdev/link_status\":{\"status\":\"UP\",\"speed\":10000,\"duplex\":\"full-duplex\"}}", true)]
    [InlineData("{\"/ethdev/link_status\":{\"status\":\"DOWN\"}}", false)]
    [InlineData("{\"/ethdev/link_status\":{\"status\":\"up\"}}", null)]
    [InlineData("{\"/ethdev/link_status\":{\"status\":1}}", null)]
    [InlineData("{\"/ethdev/link_status\":null}", null)]
    public void A_link_is_up_or_down_or_unknown(string answer, bool? isUp) => Assert.Equal(isUp, DpdkAnswer.ReadLink(Bytes(answer)));

    [Theory]
    [InlineData("{\"ipackets\":1,\"q_ipackets\":[1,2],\"obytes\":18446744073709551615}", "ipackets=1 obytes=18446744073709551615")]
    [InlineData("{\"a\":18446744073709551616,\"b\":-1,\"c\":1.5,\"d\":1e400,\"e\":\"7\",\"f\":null,\"g\":true,\"h\":8}", "h=8")]
    [InlineData("[1,2]", "")]
    [InlineData("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":1}}}}},\"h\":8}", "")]
    public void Counters_are_whole_numbers_of_64_bits(string value, string counters) =>
        Assert.Equal(
            counters,
            string.Join(
                ' ',
                DpdkAnswer.ReadCounters(Bytes($"{{\"/ethdev/stats\":{value}}}"), "/ethdev/stats").Select(counter => $"{counter.Name}={counter.Value}")
            )
        );

    [Fact]
    public void Any_bytes_are_an_answer_without_an_exception() =>
        Gen.OneOf(
                Gen.Byte.Array[0, 200],
                Gen.String[0, 60].Select(text => Encoding.UTF8.GetBytes($"{{\"/ethdev/stats\":{text}}}")),
                Gen.String[0, 60].Select(text => Encoding.UTF8.GetBytes($"{{\"/ethdev/info\":{{\"name\":\"{text}\"}}}}"))
            )
            .Sample(
                answer =>
                {
                    DpdkAnswer.ReadPorts(answer);
                    DpdkAnswer.IsDevice(answer, A.Address);
                    DpdkAnswer.ReadLink(answer);
                    DpdkAnswer.ReadCounters(answer, "/ethdev/stats");
                },
                threads: 1
            );

    [Fact]
    public async Task Only_the_port_of_the_device_is_asked_for_its_numbers()
    {
        var asked = new List<string>();
        var port = await DpdkConversation.ReadAsync(
            command =>
            {
                asked.Add(command);
                return Task.FromResult<ReadOnlyMemory<byte>>(
                    Bytes(
                        command switch
                        {
                            "/ethdev/list" => "{\"/ethdev/list\":[0,1,2]}",
                            "/ethdev/info,0" => "{\"/ethdev/info\":{\"name\":\"0000:00:07.0\"}}",
                            "/ethdev/info,1" => "{\"/ethdev/info\":{\"name\":\"0000:00:06.0\"}}",
                            "/ethdev/link_status,1" => "{\"/ethdev/link_status\":{\"status\":\"UP\"}}",
                            "/ethdev/stats,1" => "{\"/ethdev/stats\":{\"ipackets\":5}}",
                            "/ethdev/xstats,1" => "{\"/ethdev/xstats\":{\"bw_in_allowance_exceeded\":6}}",
                            _ => "no",
                        }
                    )
                );
            },
            A.Address
        );
        Assert.Equal(["/ethdev/list", "/ethdev/info,0", "/ethdev/info,1", "/ethdev/link_status,1", "/ethdev/stats,1", "/ethdev/xstats,1"], asked);
        Assert.NotNull(port);
        Assert.True(port.IsUp);
        Assert.Equal([new DriverCounter("ipackets", 5)], port.Statistics);
        Assert.Equal([new DriverCounter("bw_in_allowance_exceeded", 6)], port.Extended);
        Assert.Null(await DpdkConversation.ReadAsync(_ => Task.FromResult<ReadOnlyMemory<byte>>(Bytes("{\"/ethdev/list\":[]}")), A.Address));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
