//! The blocking client against a service in this process.

use std::path::Path;

use sysmem::{
    Allocator, ColorSpace, Constraints, Error, ImageConstraints, PixelFormat, Rights, Token,
};
use sysmem_server::{EmbeddedServer, ServerConfig};

fn service() -> EmbeddedServer {
    EmbeddedServer::spawn(ServerConfig::embedded()).unwrap()
}

fn connect(service: &EmbeddedServer) -> Allocator {
    Allocator::from_channel(service.connect().unwrap()).unwrap()
}

fn bytes(count: u64) -> Constraints {
    Constraints::new().min_buffers(1).min_size_bytes(count)
}

#[test]
fn one_participant_gets_memory_that_it_can_use() {
    let service = service();
    let collection = connect(&service).new_collection().unwrap();
    collection.set_name(1, "mine").unwrap();
    collection.set_debug_info("test", 7).unwrap();
    assert!(!collection.check().unwrap());
    collection.set_constraints(bytes(5000).cpu_read().cpu_write()).unwrap();
    let buffers = collection.wait_for_buffers().unwrap();
    assert!(collection.check().unwrap());
    assert_eq!((buffers.len(), buffers.size_bytes()), (1, 5000));
    assert_eq!(buffers.collection_id(), collection.collection_id().unwrap());
    assert!(buffers.image().is_none());
    let memory = buffers[0].map().unwrap();
    assert_eq!(memory.len(), 8192);
    memory.write(4990, b"0123456789").unwrap();
    // Handles of its own, the same memory.
    let again = collection.wait_for_buffers().unwrap();
    let mut read = [0; 10];
    again[0].map_read().unwrap().read(4990, &mut read).unwrap();
    assert_eq!(&read, b"0123456789");
    collection.release().unwrap();
}

#[test]
fn participants_on_connections_of_their_own_share_buffers() {
    let service = service();
    let (writer, reader) = (connect(&service), connect(&service));
    let token = writer.new_shared_token().unwrap();
    let for_reader = token.duplicate().unwrap();
    token.sync().unwrap();
    let for_reader = for_reader.into_channel().unwrap();

    let writer = writer.bind(token).unwrap();
    writer.set_constraints(bytes(4096).cpu_write().camping(2)).unwrap();
    let reader = reader.bind(Token::from_channel(for_reader).unwrap()).unwrap();
    let image = ImageConstraints::linear(PixelFormat::I420)
        .color_space(ColorSpace::REC709)
        .size(64, 32)
        .row_alignment(256);
    reader.set_constraints(Constraints::new().cpu_read().camping(1).image(image)).unwrap();

    let written = writer.wait_for_buffers().unwrap();
    let read = reader.wait_for_buffers().unwrap();
    assert_eq!(written.settings(), read.settings());
    assert_eq!((written.len(), written.size_bytes()), (3, 256 * 32 * 3 / 2));
    for (number, buffer) in written.iter().enumerate() {
        buffer.map().unwrap().store_u8(number, 77).unwrap();
    }
    for (number, buffer) in read.iter().enumerate() {
        assert_eq!(buffer.map_read().unwrap().load_u8(number), Ok(77));
        // It said that it only reads.
        assert!(matches!(buffer.map(), Err(Error::Map(_))));
    }
}

#[test]
fn protocols_2_1_tokens_are_passed_on_only_when_the_service_knows_them() {
    let service = service();
    let (allocator, other) = (connect(&service), connect(&service));
    let token = allocator.new_shared_token().unwrap();
    // Not by accident to somebody else.
    let early = token.duplicate().unwrap();
    assert!(!early.is_known());
    assert!(matches!(other.bind(early), Err(Error::NotSynced)));

    let token = allocator.new_shared_token().unwrap();
    let early = token.duplicate().unwrap();
    assert!(matches!(early.into_channel(), Err(Error::NotSynced)));

    // A call on the token itself is as good as one on that which it was made from.
    let token = allocator.new_shared_token().unwrap();
    let child = token.duplicate().unwrap();
    child.sync().unwrap();
    assert!(child.is_known() && !token.is_known());
    assert!(other.knows(&child).unwrap());
    let child = other.bind(child).unwrap();
    let grandchildren = token.duplicate_many(&[Rights::SAME, Rights::READ_ONLY]).unwrap();
    assert!(grandchildren.iter().all(Token::is_known));
    // Turning in on the connection that made it needs no call.
    let root = allocator.bind(allocator.new_shared_token().unwrap()).unwrap();
    root.sync().unwrap();
    child.sync().unwrap();
}

#[test]
fn released_tokens_opt_out_and_rights_are_attenuated() {
    let service = service();
    let allocator = connect(&service);
    let token = allocator.new_shared_token().unwrap();
    let children = token.duplicate_many(&[Rights::SAME, Rights::READ_ONLY]).unwrap();
    let [released, attenuated] = <[Token; 2]>::try_from(children).unwrap();
    released.release().unwrap();
    let first = allocator.bind(token).unwrap();
    let second = allocator.bind(attenuated).unwrap();
    first.set_constraints(bytes(1).cpu_write()).unwrap();
    second.set_constraints(bytes(1).cpu_write()).unwrap();
    assert!(first.wait_for_buffers().unwrap()[0].map().is_ok());
    let buffers = second.wait_for_buffers().unwrap();
    assert!(matches!(buffers[0].map(), Err(Error::Map(_))));
    assert!(buffers[0].map_read().is_ok());
}

#[test]
fn failures_say_what_happened() {
    let service = service();
    let allocator = connect(&service);
    // Somebody leaves without a word.
    let token = allocator.new_shared_token().unwrap();
    let other = token.duplicate().unwrap();
    token.sync().unwrap();
    let collection = allocator.bind(token).unwrap();
    drop(other);
    collection.set_constraints(bytes(1).cpu_read()).ok();
    let error = collection.wait_for_buffers().unwrap_err();
    assert!(matches!(error, Error::Closed { .. }), "{error:?}");
    // One-way requests say it too.
    let error = collection.set_name(1, "late").unwrap_err();
    assert!(matches!(error, Error::Closed { .. }), "{error:?}");

    // Who states no usage has nothing to map.
    let token = allocator.new_shared_token().unwrap();
    let other = token.duplicate().unwrap();
    token.sync().unwrap();
    let (user, looker) = (allocator.bind(token).unwrap(), allocator.bind(other).unwrap());
    user.set_constraints(bytes(1).cpu_read()).unwrap();
    looker.set_constraints(Constraints::new()).unwrap();
    let buffers = looker.wait_for_buffers().unwrap();
    assert!(matches!(buffers[0].map_read(), Err(Error::NoMemoryAccess)));

    service.stop().unwrap();
    let error = allocator.new_collection().and_then(|collection| collection.sync()).unwrap_err();
    assert!(error.is_service_gone(), "{error:?}");
}

#[test]
fn objects_connecting_nowhere_says_what_to_do() {
    let error = Allocator::connect_in(Path::new("/nonexistent/svc")).unwrap_err();
    assert!(error.is_service_gone());
    assert_eq!(
        error.to_string(),
        "no service at /nonexistent/svc: start one with `sysmem serve --svc /nonexistent/svc`, or \
         set SYSMEM_SVC to the directory of a running one"
    );
}

#[test]
fn node_refs_tell_alternatives() {
    let service = service();
    let allocator = connect(&service);
    let token = allocator.new_shared_token().unwrap();
    let other = token.duplicate().unwrap();
    let node_ref = other.node_ref().unwrap();
    assert!(!token.is_alternate_for(node_ref).unwrap());
    let stranger = allocator.new_shared_token().unwrap().node_ref().unwrap();
    assert!(matches!(token.is_alternate_for(stranger), Err(Error::Refused(_))));
}

#[test]
fn threads_share_a_connection() {
    let service = service();
    let allocator = connect(&service);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    let token = allocator.new_shared_token().unwrap();
                    token.sync().unwrap();
                    assert!(allocator.knows(&token).unwrap());
                    token.release().unwrap();
                }
            });
        }
    });
}

#[test]
fn of_a_group_the_first_alternative_with_which_everybody_gets_buffers_takes_part() {
    let service = service();
    let allocator = connect(&service);
    let token = allocator.new_shared_token().unwrap();
    let group = token.create_group().unwrap();
    let too_large = group.create_child().unwrap();
    // Nobody can turn it in elsewhere before the service knows it.
    assert!(!too_large.is_known());
    let read_only = group.create_children(&[Rights::READ_ONLY]).unwrap().remove(0);
    assert!(read_only.is_known() && too_large.is_known());
    group.all_children_present().unwrap();
    let alternate = read_only.node_ref().unwrap();
    assert!(too_large.is_alternate_for(alternate).unwrap());

    let collections = [token, too_large, read_only].map(|token| allocator.bind(token).unwrap());
    for (collection, size_bytes) in collections.iter().zip([100, 1 << 40, 200]) {
        collection.set_constraints(bytes(size_bytes).cpu_write()).unwrap();
    }
    let [root, too_large, read_only] = collections;
    group.release().unwrap();
    assert_eq!(root.wait_for_buffers().unwrap().size_bytes(), 200);
    assert!(too_large.wait_for_buffers().is_err());
    let buffers = read_only.wait_for_buffers().unwrap();
    assert!(matches!(buffers[0].map(), Err(Error::Map(_))));
}
