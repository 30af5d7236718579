using CsCheck;
using Microsoft.Extensions.Time.Testing;
using MultiEni.Ipam.Protocol;
using MultiEni.Manager.Addresses;
using static MultiEni.Manager.Tests.Addresses.AddressSamples;

namespace MultiEni.Manager.Tests.Addresses;

/// <summary>
/// Whatever pods, kubelet and machine do, in any order: no address is given twice, none before it
/// has rested, and none is lost.
/// </summary>
public sealed class AddressModelTests
{
    private const int Pods = 5;
    private static readonly EniAddresses Eni = Eni(secondary: ["10.0.1.11", "10.0.1.12", "10.0.1.13"]);

    private static readonly Gen<Action> Actions = Gen.Frequency(
        (6, Gen.Int[0, Pods - 1].Select(pod => (Action)new Action.Add(pod))),
        (4, Gen.Int[0, Pods - 1].Select(pod => (Action)new Action.Delete(pod))),
        (2, Gen.Int[0, Pods - 1].Select(pod => (Action)new Action.NewSandbox(pod))),
        (2, Gen.Int[1, 40].Select(seconds => (Action)new Action.Pass(seconds))),
        (1, Gen.Const((Action)new Action.Collect())),
        (1, Gen.Bool.Select(written => (Action)new Action.Kill(written))),
        (1, Gen.Const((Action)new Action.Reboot()))
    );

    [Fact]
    public async Task No_address_is_given_twice_and_none_is_lost() =>
        await Actions
            .List[1, 60]
            .SampleAsync(
                async actions =>
                {
                    using var folder = new TemporaryFolder();
                    var world = new World(folder.File("book.json"));
                    foreach (var action in actions)
                    {
                        await world.DoAsync(action);
                    }

                    await world.EndAsync();
                },
                iter: 300
            );

    private abstract record Action
    {
        public sealed record Add(int Pod) : Action;

        public sealed record Delete(int Pod) : Action;

        public sealed record NewSandbox(int Pod) : Action;

        public sealed record Pass(int Seconds) : Action;

        public sealed record Collect : Action;

        public sealed record Kill(bool Written) : Action;

        public sealed record Reboot : Action;
    }

    /// <summary>The node as it should be seen from outside.</summary>
    private sealed class World(string path)
    {
        private readonly FakeTimeProvider _time = new();
        private readonly int[] _sandbox = new int[Pods];
        private readonly Dictionary<InterfaceId, string> _has = [];
        private readonly Dictionary<string, DateTimeOffset> _ended = [];
        private AddressKeeper? _keeper;
        private int _boot;
        private bool _killNext;

        private AddressKeeper Keeper =>
            _keeper ??= new AddressKeeper(new AddressBookFile(path, Strike), $"boot-{_boot}", () => [Eni], _ => { }, _time);

        public async Task DoAsync(Action action)
        {
            try
            {
                await TakeAsync(action);
            }
            catch (Killed)
            {
                _keeper = null;
            }
        }

        private async Task TakeAsync(Action action)
        {
            switch (action)
            {
                case Action.Add(var pod):
                    await AddAsync(pod);
                    break;
                case Action.Delete(var pod):
                    await DeleteAsync(pod);
                    break;
                case Action.NewSandbox(var pod):
                    _sandbox[pod]++;
                    break;
                case Action.Pass(var seconds):
                    _time.Advance(TimeSpan.FromSeconds(seconds));
                    break;
                case Action.Collect:
                    // Of each pod the last sandbox exists.
                    var valid = Enumerable.Range(0, Pods).Select(pod => new IpamInterface { ContainerId = Container(pod), Interface = "net1" });
                    await Keeper.CollectAsync("net", [.. valid]);
                    foreach (var id in _has.Keys.Where(id => !Enumerable.Range(0, Pods).Any(pod => Container(pod) == id.ContainerId)).ToList())
                    {
                        End(id);
                    }

                    break;
                case Action.Kill(var unwritten):
                    _killNext = unwritten;
                    _keeper = unwritten ? _keeper : null;
                    break;
                default:
                    _boot++;
                    _keeper = null;
                    _has.Clear();
                    _ended.Clear();
                    break;
            }
        }

        /// <summary>All pods end; then every address can be had.</summary>
        public async Task EndAsync()
        {
            _killNext = false;
            await Keeper.CollectAsync("net", []);
            _time.Advance(AddressBook.Cooldown);
            var all = new List<string>();
            for (var count = 0; count < 3; count++)
            {
                all.AddRange((await Keeper.AddAsync(Add($"end-{count}", $"end-{count}"), default)).Addresses!.Select(address => address.Address));
            }

            Assert.Equal(["10.0.1.11/24", "10.0.1.12/24", "10.0.1.13/24"], all.Order(StringComparer.Ordinal));
        }

        private async Task AddAsync(int pod)
        {
            var id = new InterfaceId(Container(pod), "net1");
            var adding = Keeper.AddAsync(Add(id.ContainerId, $"p{pod}"), default);
            while (!adding.IsCompleted)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            var reply = await adding;
            if (reply.Addresses is not [var given])
            {
                Assert.Equal(IpamErrorCodes.TryAgainLater, reply.Error!.Code);
                return;
            }

            var address = given.Address.Split('/')[0];
            Assert.DoesNotContain(_has, entry => entry.Value == address && entry.Key != id);
            Assert.False(
                !_has.ContainsKey(id) && _ended.TryGetValue(address, out var ended) && _time.GetUtcNow() - ended < AddressBook.Cooldown,
                "too early"
            );
            _has[id] = address;
        }

        private async Task DeleteAsync(int pod)
        {
            var id = new InterfaceId(Container(pod), "net1");
            try
            {
                await Keeper.DeleteAsync(Del(id.ContainerId, $"p{pod}"));
            }
            catch (Killed)
            {
                // The plugin leaves a note, which the next start heeds.
                _keeper = null;
                await Keeper.FreeAsync([id]);
            }

            End(id);
        }

        private void End(InterfaceId id)
        {
            if (_has.Remove(id, out var address))
            {
                _ended[address] = _time.GetUtcNow();
            }
        }

        private string Container(int pod) => $"pod{pod}-{_sandbox[pod]}";

        private void Strike(string point)
        {
            if (_killNext)
            {
                _killNext = false;
                throw new Killed();
            }
        }
    }

    private sealed class Killed : Exception;
}
